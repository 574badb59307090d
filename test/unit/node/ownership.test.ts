import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { giveTo, shutOutBy } from '../../../src/node/contract/ownership';

const NOBODY = { uid: 65534, gid: 65534 };

describe('the files of a contract that runs as somebody else', () => {
  let root: string;
  beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'hotpocket owner '))));
  afterEach(() => rmSync(root, { recursive: true }));

  it('can be reached unless a folder above them is closed', () => {
    mkdirSync(join(root, 'open', 'state'), { recursive: true });
    expect(shutOutBy(NOBODY, join(root, 'open', 'state'))).toBe(root);
    chmodSync(root, 0o711);
    expect(shutOutBy(NOBODY, join(root, 'open', 'state'))).toBeUndefined();
    chmodSync(join(root, 'open'), 0o770);
    expect(shutOutBy(NOBODY, join(root, 'open', 'state'))).toBe(join(root, 'open'));
  });

  it.skipIf(process.geteuid?.() !== 0)('are given to him with all in them, links as links', () => {
    const outside = join(root, 'outside');
    const state = join(root, 'state');
    mkdirSync(join(state, 'deep'), { recursive: true });
    writeFileSync(outside, '');
    writeFileSync(join(state, 'deep', 'file'), '');
    symlinkSync(outside, join(state, 'link'));
    giveTo(NOBODY, [state, join(root, 'absent')], false);
    for (const path of ['', 'deep', 'deep/file', 'link']) expect(lstatSync(join(state, path))).toMatchObject(NOBODY);
    expect(lstatSync(outside).uid).toBe(0);
  });
});
