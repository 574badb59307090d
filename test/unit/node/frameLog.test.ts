import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameLog } from '../../../src/node/ledger/frameLog';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'frame løg '));
  path = join(dir, 'log');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const written = (records: string[]): Buffer => {
  const log = FrameLog.open(path);
  for (const record of records) log.append(Buffer.from(record));
  log.close();
  return readFileSync(path);
};

const reopened = (): string[] => {
  const log = FrameLog.open(path);
  const records = Array.from({ length: log.count }, (_, i) => log.read(i)!.toString());
  log.close();
  return records;
};

describe('a log of records', () => {
  it('gives back what was written, in order', () => {
    written(['one', '', 'three'.repeat(10_000)]);
    expect(reopened()).toEqual(['one', '', 'three'.repeat(10_000)]);
  });

  it('is a prefix of what was written, wherever the file is cut', () => {
    const whole = written(['one', 'two', 'three']);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const records = reopened();
      expect(['one', 'two', 'three'].slice(0, records.length), `cut at ${length}`).toEqual(records);
      expect(records.length, `cut at ${length}`).toBeLessThan(3);
    }
  });

  it('ends at a damaged byte, wherever it is', () => {
    const whole = written(['one', 'two', 'three']);
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 0x40;
      writeFileSync(path, damaged);
      const records = reopened();
      expect(['one', 'two', 'three'].slice(0, records.length), `byte ${at}`).toEqual(records);
      expect(records.length, `byte ${at}`).toBeLessThan(3);
    }
  });

  it('goes on after a torn record', () => {
    written(['one', 'two']);
    appendFileSync(path, Buffer.from([0, 0, 0, 9, 1, 2, 3]));
    const log = FrameLog.open(path);
    log.append(Buffer.from('three'));
    log.close();
    expect(reopened()).toEqual(['one', 'two', 'three']);
  });

  it('drops its tail', () => {
    written(['one', 'two', 'three']);
    const log = FrameLog.open(path);
    log.truncate(1);
    log.append(Buffer.from('zwei'));
    expect(log.read(1)?.toString()).toBe('zwei');
    expect(log.read(2)).toBeUndefined();
    log.close();
    expect(reopened()).toEqual(['one', 'zwei']);
    truncateSync(path, 0);
    expect(reopened()).toEqual([]);
  });
});
