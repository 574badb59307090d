import { describe, expect, it } from 'vitest';
import { BoundedQueue } from '../../../src/extension/logs/boundedQueue';
import { ChannelWriter } from '../../../src/extension/logs/channelWriter';
import { ShownText } from '../../../src/extension/logs/shownText';
import { lineCount, TextTail } from '../../../src/extension/logs/textTail';
import { ManualClock } from '../../support/manualClock';

const lines = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}\n`).join('');

describe('BoundedQueue', () => {
  it('keeps the last items in order, however many came', () => {
    const queue = new BoundedQueue<number>(3);
    const gone = Array.from({ length: 20 }, (_, i) => queue.push(i)).filter((item) => item !== undefined);
    expect(gone).toEqual(Array.from({ length: 17 }, (_, i) => i));
    expect(queue.length).toBe(3);
    expect([queue.first, queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([17, 17, 18, 19, undefined]);
    expect(queue.length).toBe(0);
  });
});

describe('TextTail', () => {
  const tail = (limit: number, ...pieces: string[]) => {
    const made = new TextTail({ lines: limit, chars: 10_000 });
    for (const piece of pieces) made.push(piece);
    return made;
  };

  it('keeps the last lines, wherever the text was cut', () => {
    const text = lines(1, 500);
    for (const size of [1, 7, 64, 1_000, 10_000]) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
      expect(tail(100, ...pieces).all()).toEqual({ text: lines(401, 500), leftOut: 400 });
      expect(tail(500, ...pieces).all()).toEqual({ text, leftOut: 0 });
    }
  });

  it('keeps a line that is not finished', () => {
    expect(tail(2, 'a\nb\n', 'c\nd').all()).toEqual({ text: 'b\nc\nd', leftOut: 1 });
    expect(tail(2, 'a\nb\nc', 'd\n').all()).toEqual({ text: 'b\ncd\n', leftOut: 1 });
  });

  it('holds no more pieces than it needs', () => {
    const made = tail(10, ...Array.from({ length: 1_000 }, (_, i) => lines(i * 5 + 1, i * 5 + 5)));
    expect(made.count).toBe(2);
    expect(made.all()).toEqual({ text: lines(4_991, 5_000), leftOut: 4_990 });
    expect(made.last(1)).toBe(lines(4_996, 5_000));
  });

  it('is bounded by characters too, and begins with a line if there is one', () => {
    expect(tail(100, `${'a'.repeat(9_000)}\n${'b'.repeat(500)}`, `b\n${'c'.repeat(9_999)}\n`).all()).toEqual({ text: `${'c'.repeat(9_999)}\n`, leftOut: 2 });
    const endless = tail(100, ...Array.from({ length: 50 }, () => 'x'.repeat(1_000)));
    expect(endless.all()).toEqual({ text: 'x'.repeat(10_000), leftOut: 1 });
  });

  it('can be cleared', () => {
    const made = tail(1, 'a\n', 'b\n', 'c');
    made.clear();
    made.push('d\n');
    expect(made.all()).toEqual({ text: 'd\n', leftOut: 0 });
  });
});

describe('ShownText', () => {
  const shownText = (limit: number, chars = 1_000_000): ShownText => new ShownText({ lines: limit, chars }, (leftOut) => `(${leftOut} left out)\n`);

  it('appends what is new', () => {
    const shown = shownText(10);
    expect(shown.take(false)).toBeUndefined();
    shown.push(lines(1, 3));
    shown.push(lines(4, 4));
    expect(shown.take(false)).toEqual({ kind: 'append', text: lines(1, 4) });
    expect(shown.take(true)).toBeUndefined();
    shown.push('wait');
    expect(shown.take(false)).toEqual({ kind: 'append', text: 'wait' });
    shown.push('ing\n');
    expect(shown.take(false)).toEqual({ kind: 'append', text: 'ing\n' });
  });

  it('lets the channel grow over the limit and trims it in a calm moment', () => {
    const shown = shownText(10);
    shown.push(lines(1, 10));
    shown.take(false);
    shown.push(lines(11, 15));
    expect(shown.take(false)?.kind).toBe('append');
    expect(shown.due(false)).toBeUndefined();
    expect(shown.take(true)).toEqual({ kind: 'replace', text: `(5 left out)\n${lines(6, 15)}` });
    expect(shown.due(true)).toBeUndefined();
  });

  it('says what is missing in the first calm moment, or at once when nothing is shown yet', () => {
    const shown = shownText(10);
    shown.push(lines(1, 11));
    expect(shown.take(false)).toEqual({ kind: 'replace', text: `(1 left out)\n${lines(2, 11)}` });
    const slow = shownText(10);
    slow.push(lines(1, 5));
    slow.take(false);
    slow.push(lines(6, 11));
    expect(slow.take(false)?.kind).toBe('append');
    expect(slow.take(true)).toEqual({ kind: 'replace', text: `(1 left out)\n${lines(2, 11)}` });
    slow.push(lines(12, 12));
    slow.take(false);
    expect(slow.due(true)).toBeUndefined();
  });

  it('trims it at twice the limit, calm or not', () => {
    const shown = shownText(10);
    for (let i = 1; i <= 20; i++) {
      shown.push(lines(i, i));
      expect(shown.take(false)?.kind).toBe('append');
    }
    shown.push(lines(21, 21));
    expect(shown.take(false)).toEqual({ kind: 'replace', text: `(11 left out)\n${lines(12, 21)}` });
  });

  it('shows none of the lines that are outrun before they are shown', () => {
    const shown = shownText(10);
    shown.push(lines(1, 4));
    shown.take(false);
    for (let i = 5; i <= 1_000; i += 3) shown.push(lines(i, i + 2));
    expect(shown.take(false)).toEqual({ kind: 'replace', text: `(990 left out)\n${lines(991, 1_000)}` });
    shown.push(lines(1_001, 1_002));
    expect(shown.take(false)).toEqual({ kind: 'append', text: lines(1_001, 1_002) });
  });

  it('takes a piece that is larger than all it may show', () => {
    const shown = shownText(10);
    shown.push(lines(1, 1_000));
    expect(shown.take(false)).toEqual({ kind: 'replace', text: `(990 left out)\n${lines(991, 1_000)}` });
  });

  it('counts lines that were left out before', () => {
    const shown = shownText(10);
    shown.push(lines(1, 10));
    shown.take(false);
    shown.skip(500);
    shown.push(lines(1, 10));
    expect(shown.take(false)).toEqual({ kind: 'replace', text: `(510 left out)\n${lines(1, 10)}` });
  });

  it('is bounded by characters too', () => {
    const shown = shownText(10, 100);
    for (const text of ['a', 'b', 'c']) shown.push(`${text.repeat(60)}\n`);
    expect(shown.take(false)).toEqual({ kind: 'replace', text: `(1 left out)\n${'b'.repeat(60)}\n${'c'.repeat(60)}\n` });
    shown.push(`${'d'.repeat(500)}\n`);
    expect(shown.take(false)).toEqual({ kind: 'replace', text: `(3 left out)\n${'d'.repeat(500)}\n` });
  });

  it('begins anew with another log', () => {
    const shown = shownText(10);
    shown.push(lines(1, 12));
    shown.take(false);
    shown.startOver();
    shown.push('new\n');
    expect(shown.take(false)).toEqual({ kind: 'replace', text: 'new\n' });
    shown.push('newer\n');
    expect(shown.take(false)).toEqual({ kind: 'append', text: 'newer\n' });
  });
});

describe('ChannelWriter', () => {
  function setUp(limit: number) {
    const clock = new ManualClock();
    const begin = clock.now();
    const changes: { at: number; kind: string; lines: number }[] = [];
    let text = '';
    const note = (kind: string, added: string): void => void changes.push({ at: clock.now() - begin, kind, lines: lineCount(added) });
    const sink = {
      append: (added: string) => (note('append', added), (text += added)),
      replace: (added: string) => (note('replace', added), (text = added)),
    };
    const writer = new ChannelWriter(sink, new ShownText({ lines: limit, chars: 10_000_000 }, (n) => `(${n})\n`), clock);
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
    expect(text()).toBe(lines(1, 41));
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
    expect(text()).toBe(`(299900)\n${lines(299_901, 300_000)}`);
  });

  it('trims when nothing has come for a second, and then does nothing more', () => {
    const { clock, writer, changes, text } = setUp(10);
    for (let i = 1; i <= 15; i++) {
      writer.add(lines(i, i));
      clock.advance(120);
    }
    expect(changes.every(({ kind }) => kind === 'append')).toBe(true);
    clock.advance(1_000);
    expect(text()).toBe(`(5)\n${lines(6, 15)}`);
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
