import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLog } from '../../../src/cluster/logFollow';
import { lastLinesOffset, lastMatchOffset } from '../../../src/cluster/logTail';
import { eventually } from '../../support/embedded';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lög '));
  file = join(folder, 'console.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const long = 'ü'.repeat(50_000);

describe('lastLinesOffset', () => {
  it.each([
    ['a\nb\nc\n', 2, 'b\nc\n'],
    ['a\nb\nc', 2, 'b\nc'],
    ['a\nb\n', 5, 'a\nb\n'],
    ['a\nb\n', 0, ''],
    ['a\n\n\n', 2, '\n\n'],
    ['', 5, ''],
    [`x\n${long}\n${long}\nlast\n`, 3, `${long}\n${long}\nlast\n`],
  ])('finds where they begin (case %#)', async (content, lines, expected) => {
    writeFileSync(file, content);
    const offset = await lastLinesOffset(file, lines);
    expect(Buffer.from(content).subarray(offset).toString() === expected).toBe(true);
  });

  it('is 0 without a file', async () => {
    expect(await lastLinesOffset(file, 5)).toBe(0);
  });
});

describe('lastMatchOffset', () => {
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
    const offset = await lastMatchOffset(file, start);
    expect(Buffer.from(content).subarray(offset).toString() === expected).toBe(true);
  });
});

describe('readLog', () => {
  function follow(offset = 0) {
    const controller = new AbortController();
    const reading = { text: '', chunks: [] as string[], stop: () => controller.abort(), ended: Promise.resolve() };
    reading.ended = readLog(file, offset, true, (text) => {
      reading.text += text;
      reading.chunks.push(text);
    }, controller.signal);
    return reading;
  }

  it('reads from the offset to the end and no further, without following', async () => {
    writeFileSync(file, 'one\ntwo\n');
    let text = '';
    await readLog(file, 4, false, (more) => (text += more));
    expect(text).toBe('two\n');
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
