import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TextWriter } from '../../../src/node/log/textWriter';

let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'hp lög ')); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('a pipe that does not block', () => {
  let path: string;
  let pipe: number;
  beforeEach(() => {
    path = join(dir, 'pipe');
    execFileSync('mkfifo', [path]);
    pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  });
  afterEach(() => closeSync(pipe));

  const lines = (count: number): string => Array.from({ length: count }, (_, n) => `line ${n} ünï\n`).join('');

  /** All that is in the pipe. */
  function drain(): string {
    const chunk = Buffer.alloc(1 << 20);
    const chunks: Buffer[] = [];
    try {
      for (;;) chunks.push(Buffer.from(chunk.subarray(0, readSync(pipe, chunk))));
    } catch {
      return Buffer.concat(chunks).toString();
    }
  }

  test('a slow reader is waited for', async () => {
    const out = openSync(join(dir, 'out'), 'w');
    const reader = spawn('sh', ['-c', 'sleep 0.2; exec head -c "$1" "$0"', path, String(Buffer.byteLength(lines(30_000)))], { stdio: ['ignore', out, 'inherit'] });
    expect(new TextWriter(8_000).write(pipe, lines(30_000))).toBeUndefined();
    await once(reader, 'close');
    closeSync(out);
    expect(readFileSync(join(dir, 'out'), 'utf8')).toBe(lines(30_000));
  });

  test('what a reader that has stopped did not take comes later, in order and whole', () => {
    const writer = new TextWriter(10);
    expect(writer.write(pipe, lines(10_000))).toBe('EAGAIN');
    expect(writer.write(pipe, 'second\n')).toBe('EAGAIN');
    let seen = drain();
    for (const text of ['third\n', 'fourth\n', 'fifth\n']) {
      writer.write(pipe, text);
      seen += drain();
    }
    expect(seen).toBe(`${lines(10_000)}second\nthird\nfourth\nfifth\n`);
  });

  test('more than is kept is dropped line by line, and said', () => {
    const writer = new TextWriter(0);
    const big = `${'x'.repeat(999_999)}\n`;
    expect(writer.write(pipe, big)).toBe('EAGAIN');
    expect([writer.write(pipe, big), writer.write(pipe, big)]).toEqual(['EAGAIN', 'EAGAIN']);
    let seen = drain();
    for (let i = 0; i < 40; i++) {
      writer.write(pipe, `${i}\n`);
      seen += drain();
    }
    expect(seen).toBe(`${big}(2 messages could not be written.)\n${Array.from({ length: 40 }, (_, i) => `${i}\n`).join('')}`);
  });
});

test.skipIf(!existsSync('/dev/full'))('a full disk is reported, and what was kept is written once there is room', () => {
  const writer = new TextWriter();
  const full = openSync('/dev/full', 'a');
  expect([writer.write(full, 'a\n'), writer.write(full, 'b\n')]).toEqual(['ENOSPC', 'ENOSPC']);
  closeSync(full);
  const room = openSync(join(dir, 'room'), 'a');
  expect(writer.write(room, 'c\n')).toBeUndefined();
  closeSync(room);
  expect(readFileSync(join(dir, 'room'), 'utf8')).toBe('a\nb\nc\n');
});
