import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkContractProgram } from '../../../src/cluster/preflight';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pröflight '));
  for (const [name, text, mode] of [['run.sh', '#!/bin/sh\n', 0o755], ['bare.sh', 'echo done\n', 0o755], ['plain.js', '', 0o644]] as const) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
  }
  mkdirSync(join(folder, 'sub'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('checkContractProgram', () => {
  it.each([
    ['run.sh', undefined],
    ['./run.sh', undefined],
    [process.execPath, undefined],
    ['/not/here/node', undefined],
    ['plain.js', 'CONTRACT_BINARY_NOT_EXECUTABLE'],
    ['bare.sh', 'CONTRACT_BINARY_BAD_FORMAT'],
    ['sub', 'CONTRACT_BINARY_NOT_A_FILE'],
    ['missing', 'CONTRACT_BINARY_MISSING'],
    ['sub/node', 'CONTRACT_BINARY_MISSING'],
    ['/not/here/python3', 'CONTRACT_BINARY_MISSING'],
    ['<your contract binary here>', 'CONTRACT_BINARY_MISSING'],
  ])('%s: %s', async (path, code) => {
    expect((await checkContractProgram(path, folder))?.code).toBe(code);
  });
});
