import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterEngine } from '../../../src/cluster/engine';
import { readLog } from '../../../src/cluster/logFollow';
import { lastLines } from '../../../src/cluster/logTail';
import { MergedLogView, NodeLogView, type LogViewOptions } from '../../../src/extension/logs/logViews';
import { formatLogLine } from '../../../src/hotpocket/logLine';
import { eventually } from '../../support/embedded';

let root: string;
const views: { dispose(): void }[] = [];
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'hp löngs '))));
afterEach(() => {
  for (const view of views.splice(0)) view.dispose();
  rmSync(root, { recursive: true, force: true });
});

const fileOf = (node: number): string => join(root, `node${node}`, 'console.log');
const stamped = (at: number, text: string): string => `${formatLogLine(new Date(at), 'inf', text)}\n`;
const numbered = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}\n`).join('');

function write(node: number, text: string): void {
  mkdirSync(dirname(fileOf(node)), { recursive: true });
  appendFileSync(fileOf(node), text);
}

/** Reads real files as the embedded engine does; `fail` makes it break off once. */
class Files implements Pick<ClusterEngine, 'logs'> {
  reads = 0;
  break: AbortController | undefined;

  async logs(...[node, { tail, signal }, onText]: Parameters<ClusterEngine['logs']>): Promise<void> {
    this.reads++;
    const broken = (this.break = new AbortController());
    const either = AbortSignal.any([broken.signal, ...(signal ? [signal] : [])]);
    await readLog(fileOf(node), await lastLines(fileOf(node), tail ?? 0), true, onText, either);
    if (!signal?.aborted && broken.signal.aborted) throw new Error('broken on purpose');
  }
}

function options(lines: number) {
  const engine = new Files();
  const failures: unknown[] = [];
  const channel = { text: '', changes: 0, largest: 0 };
  const put = (text: string, added: string): void => {
    channel.text = text;
    channel.changes++;
    channel.largest = Math.max(channel.largest, added.length);
  };
  const sink = { append: (text: string) => put(channel.text + text, text), replace: (text: string) => put(text, text) };
  const all: LogViewOptions = { engine, sink, lines, header: (leftOut) => `⋯ ${leftOut}\n`, failed: (_node, error) => failures.push(error) };
  return { engine, channel, failures, all };
}

function show<T extends { dispose(): void }>(view: T): T {
  views.push(view);
  return view;
}

describe('the channel of a node', () => {
  it('shows the log exactly as it is, beginning with its last lines', async () => {
    write(1, numbered(1, 150));
    const { channel, all } = options(100);
    show(new NodeLogView(1, all));
    await eventually(() => channel.text.endsWith('line 150\n'));
    expect(channel.text).toBe(`⋯ 1\n${numbered(51, 150)}`);
    write(1, 'grüße\n\n  x\n');
    await eventually(() => channel.text.endsWith('x\n'));
    expect(channel.text).toBe(`⋯ 1\n${numbered(51, 150)}grüße\n\n  x\n`);
  });

  it('says nothing of lines left out where there are none', async () => {
    write(1, numbered(1, 100));
    const { channel, all } = options(100);
    show(new NodeLogView(1, all));
    await eventually(() => channel.text !== '');
    expect(channel.text).toBe(numbered(1, 100));
  });

  it('waits for a log that does not exist yet, and shows a line that nobody finishes', async () => {
    mkdirSync(dirname(fileOf(1)));
    const { channel, all } = options(100);
    show(new NodeLogView(1, all));
    writeFileSync(fileOf(1), 'one\ntw');
    await eventually(() => channel.text === 'one\ntw');
    write(1, 'o\nthree\n');
    await eventually(() => channel.text === 'one\ntwo\nthree\n');
  });

  it('has every line once when the file is rotated', async () => {
    write(1, numbered(1, 10));
    const { channel, all } = options(1_000);
    show(new NodeLogView(1, all));
    for (let round = 1; round <= 5; round++) {
      write(1, numbered(round * 10 + 1, round * 10 + 5));
      renameSync(fileOf(1), join(dirname(fileOf(1)), 'console.1.log'));
      write(1, numbered(round * 10 + 6, round * 10 + 10));
      await eventually(() => channel.text.endsWith(`line ${round * 10 + 10}\n`));
    }
    expect(channel.text).toBe(numbered(1, 60));
  });

  it('begins anew when the cluster was removed and made again, or its engine broke off', async () => {
    write(1, 'old\n');
    const { engine, channel, failures, all } = options(100);
    show(new NodeLogView(1, all));
    await eventually(() => channel.text === 'old\n');
    rmSync(dirname(fileOf(1)), { recursive: true });
    await eventually(() => engine.reads > 1);
    write(1, 'new\n');
    await eventually(() => channel.text === 'new\n');
    const reads = engine.reads;
    engine.break?.abort();
    write(1, 'newer\n');
    await eventually(() => engine.reads > reads && channel.text === 'new\nnewer\n');
    expect(failures).toEqual([new Error('broken on purpose')]);
  });

  it('reads no more after it was disposed of', async () => {
    write(1, 'one\n');
    const { engine, channel, all } = options(100);
    const view = new NodeLogView(1, all);
    await eventually(() => channel.text === 'one\n');
    view.dispose();
    write(1, 'two\n');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(channel.text).toBe('one\n');
    expect(engine.reads).toBe(1);
  });

  it('survives 200,000 lines at once, with the last ones shown and the others counted', async () => {
    write(1, numbered(1, 50));
    const { channel, all } = options(10_000);
    show(new NodeLogView(1, all));
    await eventually(() => channel.text.endsWith('line 50\n'));
    const text = Array.from({ length: 200_000 }, (_, i) => `round 7, output of the contract, a line of usual length, number ${i + 1}\n`).join('');
    write(1, text);
    await eventually(() => channel.text.endsWith('number 200000\n'));
    // Twice as many as wanted at most: what is read while the file is still being written is added to what is shown.
    const [head, ...shown] = channel.text.split('\n').slice(0, -1);
    expect(shown.length).toBeGreaterThanOrEqual(10_000);
    expect(shown.length).toBeLessThanOrEqual(20_000);
    expect(head).toBe(`⋯ ${200_050 - shown.length}`);
    expect(shown).toEqual(text.split('\n').slice(200_000 - shown.length, -1));
    expect(channel.changes).toBeLessThan(20);
    expect(channel.largest).toBeLessThan(2_000_000);
    // The file has them all; what was shown was never asked to hold them.
    expect(readFileSync(fileOf(1), 'utf8')).toBe(numbered(1, 50) + text);
  });
});

describe('the channel of all nodes', () => {
  it('has the lines in the order of time, with their nodes', async () => {
    const at = Date.now() - 60_000;
    write(1, `${stamped(at, 'a')}contract 1\n${stamped(at + 20, 'c')}`);
    write(2, `${stamped(at + 10, 'b')}contract 2\n`);
    const { channel, all } = options(100);
    const view = show(new MergedLogView(all));
    view.setNodes([1, 2]);
    await eventually(() => channel.text.includes('c\n'));
    const lines = (): string[] => channel.text.trimEnd().split('\n').map((line) => line.replace(/\d{8} [\d:.]+ \[inf\]\[hpc\] /, ''));
    expect(lines()).toEqual(['node 1 | a', 'node 1 | contract 1', 'node 2 | b', 'node 2 | contract 2', 'node 1 | c']);
    // A node that is spawned later.
    write(3, stamped(at + 30, 'd'));
    view.setNodes([1, 2, 3]);
    await eventually(() => channel.text.includes('node 3 | '));
    view.setNodes([1, 3]);
    write(2, stamped(at + 40, 'unseen'));
    write(1, stamped(at + 50, 'e'));
    await eventually(() => channel.text.includes('e\n'));
    expect(lines().slice(5)).toEqual(['node 3 | d', 'node 1 | e']);
  });

  it('is bounded when all nodes flood', async () => {
    const { channel, all } = options(1_000);
    const at = Date.now();
    for (const node of [1, 2, 3]) write(node, stamped(at, 'ledger'));
    show(new MergedLogView(all)).setNodes([1, 2, 3]);
    await eventually(() => channel.text.includes('node 3 | '));
    for (const node of [1, 2, 3]) write(node, numbered(1, 20_000));
    for (const node of [1, 2, 3]) write(node, stamped(at + 500, 'end'));
    await eventually(() => channel.text.split('] end').length === 4);
    const lines = channel.text.trimEnd().split('\n');
    expect(lines).toHaveLength(1_001);
    expect(Number(/^⋯ (\d+)$/.exec(lines[0] ?? '')?.[1])).toBe(3 * 20_002 - 1_000);
  });
});
