import { describe, expect, it } from 'vitest';
import { BoundedQueue } from '../../../src/extension/logs/boundedQueue';
import { ChannelWriter } from '../../../src/extension/logs/channelWriter';
import { LineSplitter } from '../../../src/extension/logs/lineSplitter';
import { ShownLines } from '../../../src/extension/logs/shownLines';
import { ManualClock } from '../../support/manualClock';

const lines = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}\n`);

describe('BoundedQueue', () => {
  it('keeps the last items in order, however many came', () => {
    const queue = new BoundedQueue<number>(3);
    const gone = Array.from({ length: 20 }, (_, i) => queue.push(i)).filter((item) => item !== undefined);
    expect(gone).toEqual(Array.from({ length: 17 }, (_, i) => i));
    expect(queue.all()).toEqual([17, 18, 19]);
    expect(queue.last(2)).toEqual([18, 19]);
    expect(queue.last(0)).toEqual([]);
    expect([queue.first, queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([17, 17, 18, 19, undefined]);
    expect(queue.length).toBe(0);
  });
});

describe('LineSplitter', () => {
  it('gives lines with their newlines, whatever pieces they come in', () => {
    const splitter = new LineSplitter();
    expect(['a', 'b\nc\n\nd', '', 'é\n'].flatMap((text) => splitter.push(text))).toEqual(['ab\n', 'c\n', '\n', 'dé\n']);
    expect(splitter.flush()).toBe('');
  });

  it('gives out what is not finished when asked, once', () => {
    const splitter = new LineSplitter();
    expect(splitter.push('a\nwait')).toEqual(['a\n']);
    expect(splitter.flush()).toBe('wait');
    expect(splitter.push('ing\n')).toEqual(['ing\n']);
  });

  it('cuts what is overlong and loses nothing of it', () => {
    const splitter = new LineSplitter();
    const text = `${'x'.repeat(40_000)}\n${'y'.repeat(20_000)}`;
    const pieces = [...splitter.push(text), ...splitter.push('z\n')];
    expect(pieces.join('')).toBe(`${text}z\n`);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(20_000);
    expect(pieces.length).toBeGreaterThan(3);
  });
});

describe('ShownLines', () => {
  const shownLines = (limit: number, chars = 1_000_000): ShownLines => new ShownLines({ lines: limit, chars }, (leftOut) => `(${leftOut} left out)\n`);

  it('appends what is new', () => {
    const shown = shownLines(10);
    expect(shown.take(false)).toBeUndefined();
    shown.push(lines(1, 3));
    shown.push(lines(4, 4));
    expect(shown.take(false)).toEqual({ kind: 'append', text: lines(1, 4).join('') });
    expect(shown.take(true)).toBeUndefined();
  });

  it('lets the channel grow over the limit and trims it in a calm moment', () => {
    const shown = shownLines(10);
    shown.push(lines(1, 10));
    shown.take(false);
    shown.push(lines(11, 15));
    expect(shown.take(false)?.kind).toBe('append');
    expect(shown.due(false)).toBeUndefined();
    expect(shown.take(true)).toEqual({ kind: 'replace', text: `(5 left out)\n${lines(6, 15).join('')}` });
    expect(shown.due(true)).toBeUndefined();
  });

  it('trims it at twice the limit, calm or not', () => {
    const shown = shownLines(10);
    for (let i = 1; i <= 20; i++) {
      shown.push(lines(i, i));
      expect(shown.take(false)?.kind).toBe('append');
    }
    shown.push(lines(21, 21));
    expect(shown.take(false)).toEqual({ kind: 'replace', text: `(11 left out)\n${lines(12, 21).join('')}` });
  });

  it('shows none of the lines that are outrun before they are shown', () => {
    const shown = shownLines(10);
    shown.push(lines(1, 4));
    shown.take(false);
    shown.push(lines(5, 1_000));
    expect(shown.take(false)).toEqual({ kind: 'replace', text: `(990 left out)\n${lines(991, 1_000).join('')}` });
    shown.push(lines(1_001, 1_002));
    expect(shown.take(false)).toEqual({ kind: 'append', text: lines(1_001, 1_002).join('') });
  });

  it('is bounded by characters too', () => {
    const shown = shownLines(10, 100);
    shown.push(['a'.repeat(60), 'b'.repeat(60), 'c'.repeat(30)]);
    expect(shown.take(false)).toEqual({ kind: 'replace', text: `(1 left out)\n${'b'.repeat(60)}${'c'.repeat(30)}` });
    shown.push(['d'.repeat(500)]);
    expect(shown.take(false)?.text).toBe(`(3 left out)\n${'d'.repeat(500)}`);
  });

  it('begins anew with another log', () => {
    const shown = shownLines(10);
    shown.push(lines(1, 12));
    shown.take(false);
    shown.startOver();
    shown.push(['new\n']);
    expect(shown.take(false)).toEqual({ kind: 'replace', text: 'new\n' });
    shown.push(['newer\n']);
    expect(shown.take(false)).toEqual({ kind: 'append', text: 'newer\n' });
  });
});

describe('ChannelWriter', () => {
  function setUp(limit: number) {
    const clock = new ManualClock();
    const begin = clock.now();
    const changes: { at: number; kind: string; lines: number }[] = [];
    let text = '';
    const note = (kind: string, added: string): void => void changes.push({ at: clock.now() - begin, kind, lines: added.split('\n').length - 1 });
    const sink = {
      append: (added: string) => (note('append', added), (text += added)),
      replace: (added: string) => (note('replace', added), (text = added)),
    };
    const writer = new ChannelWriter(sink, new ShownLines({ lines: limit, chars: 1_000_000 }, (n) => `(${n})\n`), clock);
    return { clock, writer, changes, text: () => text };
  }

  it('brings lines at once after a quiet time, and in batches in a busy one', () => {
    const { clock, writer, changes, text } = setUp(100);
    writer.add(lines(1, 1));
    clock.advance(20);
    expect(changes).toEqual([{ at: 15, kind: 'append', lines: 1 }]);
    for (let i = 2; i <= 41; i++) {
      writer.add(lines(i, i));
      clock.advance(5);
    }
    clock.advance(1_000);
    expect(changes.slice(1).map(({ at }) => at)).toEqual([115, 215, 315].slice(0, changes.length - 1));
    expect(changes.length).toBeLessThanOrEqual(4);
    expect(text()).toBe(lines(1, 41).join(''));
  });

  it('replaces a flooded channel once a second at most, and ends with the last lines', () => {
    const { clock, writer, changes, text } = setUp(100);
    for (let i = 0; i < 300; i++) {
      writer.add(lines(i * 1_000 + 1, (i + 1) * 1_000));
      clock.advance(10);
    }
    clock.advance(2_000);
    expect(changes.every(({ kind }) => kind === 'replace')).toBe(true);
    expect(changes.length).toBeLessThanOrEqual(5);
    expect(text()).toBe(`(299900)\n${lines(299_901, 300_000).join('')}`);
  });

  it('trims when nothing has come for a second, and then does nothing more', () => {
    const { clock, writer, changes, text } = setUp(10);
    for (let i = 1; i <= 15; i++) {
      writer.add(lines(i, i));
      clock.advance(120);
    }
    expect(changes.every(({ kind }) => kind === 'append')).toBe(true);
    clock.advance(1_000);
    expect(text()).toBe(`(5)\n${lines(6, 15).join('')}`);
    expect(clock.pending).toBe(0);
  });

  it('writes nothing after it was disposed of', () => {
    const { clock, writer, changes } = setUp(10);
    writer.add(lines(1, 1));
    writer.dispose();
    clock.advance(5_000);
    expect(changes).toEqual([]);
  });
});
