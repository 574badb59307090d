import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FrameLog } from '../../../src/node/ledger/frameLog';
import { SegmentedLog } from '../../../src/node/ledger/segmentedLog';

const SIZE = 4;
let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'segments '))));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

const open = (): SegmentedLog => new SegmentedLog(dir, SIZE);
const records = (log: SegmentedLog): string[] => Array.from({ length: log.count }, (_, i) => String(log.read(i)));
const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `record ${i}`);
const files = (): string[] => readdirSync(dir).filter((name) => name.endsWith('.log'));

function written(count: number): void {
  const log = open();
  for (const record of numbered(count)) log.append(Buffer.from(record));
  log.close();
}

function reopened(): string[] {
  const log = open();
  const found = records(log);
  expect([log.read(-1), log.read(log.count)]).toEqual([undefined, undefined]);
  log.close();
  return found;
}

describe('a log in several files', () => {
  it.each([0, 1, SIZE - 1, SIZE, SIZE + 1, 5 * SIZE, 11 * SIZE + 2])('gives back %i records, and goes on', (count) => {
    written(count);
    expect(reopened()).toEqual(numbered(count));
    const log = open();
    log.append(Buffer.from('next'));
    expect(records(log)).toEqual([...numbered(count), 'next']);
    log.close();
  });

  it('is cut wherever it is told, and goes on from there', () => {
    for (let count = 0; count <= 3 * SIZE; count++) {
      rmSync(dir, { recursive: true });
      dir = mkdtempSync(join(tmpdir(), 'segments '));
      written(3 * SIZE);
      const log = open();
      log.truncate(count);
      log.append(Buffer.from('other'));
      expect(records(log)).toEqual([...numbered(count), 'other']);
      log.close();
      expect(reopened()).toEqual([...numbered(count), 'other']);
    }
  });

  it('reads only its newest file when it is opened, however many there are, and few at a time', () => {
    written(20 * SIZE + 1);
    const opening = vi.spyOn(FrameLog, 'open');
    const fds = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
    const before = fds();
    const log = open();
    expect(log.count).toBe(20 * SIZE + 1);
    expect(opening.mock.calls.map(([path]) => path)).toEqual([join(dir, 'ledgers.20.log')]);
    expect(records(log)).toEqual(numbered(20 * SIZE + 1));
    expect(fds() - before).toBeLessThanOrEqual(5);
    log.close();
    expect(fds()).toBe(before);
  });

  it.each(['ledgers.log', 'ledgers.1.log', 'ledgers.2.log'])('ends where %s is damaged, and what comes later goes', (name) => {
    written(3 * SIZE + 2);
    const at = (name === 'ledgers.log' ? 0 : Number(name.split('.')[1])) * SIZE;
    const bytes = readFileSync(join(dir, name));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(join(dir, name), bytes);
    expect(reopened()).toEqual(numbered(at + SIZE - 1));
    expect(files()).toHaveLength(at / SIZE + 1);
  });

  it.each([['nothing', ''], ['nonsense', '{"0":{"count":"many"}}'], ['what was true of others', '{"0":{"count":9,"print":"1 2 3 4"},"1":{"count":0,"print":""}}']])('does not need what it noted: %s', (_, text) => {
    written(2 * SIZE + 1);
    writeFileSync(join(dir, 'sealed.json'), text);
    appendFileSync(join(dir, 'ledgers.2.log'), 'torn');
    expect(reopened()).toEqual(numbered(2 * SIZE + 1));
  });

  it('does without a file in between', () => {
    written(3 * SIZE);
    rmSync(join(dir, 'ledgers.1.log'));
    expect(reopened()).toEqual(numbered(SIZE));
    expect(files()).toEqual(['ledgers.log']);
  });

  it('takes over a file from before there were several, whatever is in it', () => {
    const old = FrameLog.open(join(dir, 'ledgers.log'));
    for (const record of numbered(3 * SIZE)) old.append(Buffer.from(record));
    old.close();
    const log = open();
    log.append(Buffer.from('next'));
    log.close();
    expect([reopened(), files()]).toEqual([[...numbered(3 * SIZE), 'next'], ['ledgers.1.log', 'ledgers.log']]);
  });
});
