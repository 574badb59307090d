import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLog } from '../../../src/cluster/logFollow';
import { lastLines, lastMatch, type LogPlace } from '../../../src/cluster/logTail';
import { eventually } from '../../support/embedded';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lög '));
  file = join(folder, 'console.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const long = 'ü'.repeat(50_000);

describe('lastLines', () => {
  it.each([
    ['a\nb\nc\n', 2, 'b\nc\n'],
    ['a\nb\nc', 2, 'b\nc'],
    ['a\nb\n', 2, 'a\nb\n'],
    ['a\nb\n', 5, 'a\nb\n'],
    ['a\nb\n', 0, ''],
    ['a\n\n\n', 2, '\n\n'],
    ['', 5, ''],
    [`x\n${long}\n${long}\nlast\n`, 3, `${long}\n${long}\nlast\n`],
  ])('finds where they begin (case %#)', async (content, lines, expected) => {
    writeFileSync(file, content);
    const { offset } = (await lastLines(file, lines))!;
    expect(Buffer.from(content).subarray(offset).toString() === expected).toBe(true);
  });

  it.each([
    ['4\n', 3, '2\n3\n4\n'],
    ['4\n', 9, '1\n2\n3\n4\n'],
    ['4\n', 1, '4\n'],
    ['', 1, '3\n'],
  ])('begins in the older file where the current one has too few (case %#)', async (content, lines, expected) => {
    writeFileSync(join(folder, 'console.1.log'), '1\n2\n3\n');
    writeFileSync(file, content);
    expect(await textFrom(await lastLines(file, lines))).toBe(expected);
  });

  it('begins in the older file while the next one is not there yet', async () => {
    writeFileSync(join(folder, 'console.1.log'), '1\n2\n3\n');
    const place = await lastLines(file, 2);
    writeFileSync(file, '4\n');
    expect(await textFrom(place)).toBe('2\n3\n4\n');
  });

  it('finds nothing without a file', async () => {
    expect(await lastLines(file, 5)).toBeUndefined();
  });
});

describe('lastMatch', () => {
  const start = /^HotPocket \d/gm;
  it.each([
    ['HotPocket 1\na\nHotPocket 2\nb\n', 'HotPocket 2\nb\n'],
    ['a HotPocket 1\nHotPocket 2', 'HotPocket 2'],
    ['nothing\n', 'nothing\n'],
    [`${long}\nHotPocket 1\n${long}\n${long}\n`, `HotPocket 1\n${long}\n${long}\n`],
    // The line lies across the border of two blocks of 64 KiB.
    [`${'x'.repeat(999)}\nHotPocket 1\n${'y'.repeat(65_528)}\n`, `HotPocket 1\n${'y'.repeat(65_528)}\n`],
  ])('finds the last line that matches (case %#)', async (content, expected) => {
    writeFileSync(file, content);
    const { offset } = (await lastMatch(file, start))!;
    expect(Buffer.from(content).subarray(offset).toString() === expected).toBe(true);
  });
});

async function textFrom(place: LogPlace | undefined): Promise<string> {
  let text = '';
  await readLog(file, place, false, (more) => (text += more));
  return text;
}

describe('readLog', () => {
  function follow() {
    const controller = new AbortController();
    const reading = { text: '', chunks: [] as string[], stop: () => controller.abort(), ended: Promise.resolve() };
    reading.ended = readLog(file, undefined, true, (text) => {
      reading.text += text;
      reading.chunks.push(text);
    }, controller.signal);
    return reading;
  }

  it('reads from the offset to the end and no further, without following', async () => {
    writeFileSync(file, 'one\ntwo\n');
    expect(await textFrom({ file: statSync(file).ino, offset: 4 })).toBe('two\n');
  });

  it('waits for the file, follows it, and ends with the signal', async () => {
    const reading = follow();
    writeFileSync(file, 'one\n');
    await eventually(() => reading.text === 'one\n');
    appendFileSync(file, 'two\n');
    await eventually(() => reading.text === 'one\ntwo\n');
    reading.stop();
    await reading.ended;
  });

  it('never splits a character', async () => {
    const euro = Buffer.from('€');
    writeFileSync(file, euro.subarray(0, 1));
    const reading = follow();
    appendFileSync(file, euro.subarray(1, 2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    appendFileSync(file, euro.subarray(2));
    await eventually(() => reading.text !== '');
    expect(reading.chunks).toEqual(['€']);
    reading.stop();
    await reading.ended;
  });

  it('goes on when the file is cut', async () => {
    writeFileSync(file, 'a long first line\n');
    const reading = follow();
    await eventually(() => reading.text !== '');
    truncateSync(file, 0);
    appendFileSync(file, 'new\n');
    await eventually(() => reading.text === 'a long first line\nnew\n');
    reading.stop();
    await reading.ended;
  });

  it('loses nothing when the file is replaced', async () => {
    writeFileSync(file, 'one\n');
    const reading = follow();
    await eventually(() => reading.text !== '');
    appendFileSync(file, 'two\n');
    renameSync(file, join(folder, 'console.1.log'));
    appendFileSync(join(folder, 'console.1.log'), 'three\n');
    writeFileSync(file, 'four\n');
    await eventually(() => reading.text === 'one\ntwo\nthree\nfour\n');
    appendFileSync(file, 'five\n');
    await eventually(() => reading.text.endsWith('five\n'));
    reading.stop();
    await reading.ended;
  });

  it('begins where it was told, whatever the file is called by then', async () => {
    writeFileSync(file, 'one\ntwo\n');
    const place = { file: statSync(file).ino, offset: 4 };
    renameSync(file, join(folder, 'console.1.log'));
    writeFileSync(file, 'three\n');
    expect(await textFrom(place)).toBe('two\nthree\n');
    rmSync(join(folder, 'console.1.log'));
    expect(await textFrom(place)).toBe('three\n');
  });

  it('loses nothing when the file is replaced twice before it looks', async () => {
    writeFileSync(file, '1\n');
    const reading = follow();
    await eventually(() => reading.text !== '');
    const older = join(folder, 'console.1.log');
    for (const [last, first] of [['2\n', '3\n'], ['4\n', '5\n']] as const) {
      appendFileSync(file, last);
      renameSync(file, older);
      writeFileSync(file, first);
    }
    await eventually(() => reading.text.endsWith('5\n'));
    expect(reading.text).toBe('1\n2\n3\n4\n5\n');
    reading.stop();
    await reading.ended;
  });

  it('loses nothing when the file is replaced while it looks', async () => {
    writeFileSync(file, 'begun\n');
    const reading = follow();
    await eventually(() => reading.text !== '');
    const lines = Array.from({ length: 300 }, (_, i) => `${i}\n`);
    const turns = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await new Promise(setImmediate);
    };
    for (const [i, line] of lines.entries()) {
      // It is at one step or another of looking for the next file, and never more than a file behind.
      await turns(i % 25);
      appendFileSync(file, line);
      renameSync(file, join(folder, 'console.1.log'));
      writeFileSync(file, '');
      while (!reading.text.endsWith(line)) await turns(1);
    }
    reading.stop();
    await reading.ended;
    expect(reading.text).toBe(`begun\n${lines.join('')}`);
  });

  it('does not go back to an older file when the current one was removed by hand', async () => {
    writeFileSync(join(folder, 'console.1.log'), 'old\n');
    utimesSync(join(folder, 'console.1.log'), 1, 1);
    writeFileSync(file, 'one\n');
    const reading = follow();
    await eventually(() => reading.text !== '');
    rmSync(file);
    writeFileSync(file, 'two\n');
    await eventually(() => reading.text.endsWith('two\n'));
    expect(reading.text).toBe('one\ntwo\n');
    reading.stop();
    await reading.ended;
  });

  it('ends when the folder is gone', async () => {
    mkdirSync(join(folder, 'log'));
    file = join(folder, 'log', 'console.log');
    writeFileSync(file, 'one\n');
    const reading = follow();
    await eventually(() => reading.text !== '');
    rmSync(join(folder, 'log'), { recursive: true });
    await reading.ended;
    expect(reading.text).toBe('one\n');
  });
});
