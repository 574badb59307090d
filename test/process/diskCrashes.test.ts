import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRunRecord } from '../../src/node/ledger/runRecord';
import { CrashingDisk, type Crash, type Moment } from '../support/crashingDisk';
import { makeQuickFolder } from '../support/quickFolder';
import { CrashNode, nothingSeen, type Seen } from './support/crashNode';
import { contractSource } from './support/contracts';

// A whole node on the seam between its code and the disk: it dies before, in and after each thing that it does to its files, and starts again.

const LONG = process.env.HOTPOCKET_TEST_LONG === '1';
const MOMENTS: readonly Moment[] = ['before', 'within', 'after'];
/** In `npm test` some of the crashes, others every time. */
const EVERY = LONG ? 1 : 40;
const SEED = Number(process.env.HOTPOCKET_CRASH_SEED ?? Math.floor(Math.random() * EVERY));

let folder: string;
let template: string;
let past: Seen;
let count = 0;

beforeAll(async () => {
  folder = makeQuickFolder('hotpocket crashes ');
  template = join(folder, 'template');
  await CrashNode.create(template, { 'counts.py': contractSource('counts.py') });
  // It has a past: kept states, records and a ledger.
  past = nothingSeen();
  const node = await CrashNode.start(template, past);
  await node.input('one');
  await node.stop();
});
afterAll(() => {
  // Contracts leave folders that even their owner can't empty.
  rmSync(folder, { recursive: true, force: true });
});

const copy = (): string => {
  const dir = join(folder, `node${++count}`);
  cpSync(template, dir, { recursive: true, verbatimSymlinks: true, mode: 0 });
  return dir;
};

/** What one life of the node does: an input, a change of its configuration, another input, the end. */
const LIFE = ['two', 'patch', 'three'];

async function live(dir: string, seen: Seen): Promise<void> {
  const node = await CrashNode.start(dir, seen);
  for (const text of LIFE) await node.input(text);
  await node.stop();
}

async function dying(dir: string, crash?: Crash): Promise<{ readonly seen: Seen; readonly hasDied: boolean; readonly effects: readonly string[] }> {
  const seen: Seen = { ...past, accepted: new Map(past.accepted), node: undefined };
  const disk = await CrashingDisk.insert([join(dir, 'contract_fs'), join(dir, 'ledger_fs'), join(dir, 'cfg')], crash);
  try {
    await live(dir, seen);
  } catch (error) {
    if (!disk.hasDied) throw error;
  } finally {
    await seen.node?.bury();
    await disk.remove();
  }
  return { seen, hasDied: disk.hasDied, effects: disk.effects };
}

/** Every ledger's run is in the state once, with its inputs, and every input that was accepted. */
function requireHistory(dir: string, { accepted }: Seen, handedIn: readonly string[]): void {
  const runs = readFileSync(join(dir, 'contract_fs/seed/state/runs.txt'), 'utf8').trimEnd().split('\n').map((line) => line.split(':') as [string, string]);
  expect(runs.map(([ledger]) => Number(ledger))).toEqual(runs.map((_, i) => i + 1));
  const inputs = runs.flatMap(([, texts]) => (texts === '' ? [] : texts.split(',')));
  expect(new Set(inputs).size, inputs.join()).toBe(inputs.length);
  for (const text of accepted.keys()) expect(inputs).toContain(text);
  for (const text of inputs) expect(handedIn).toContain(text);
  expect(readRunRecord(join(dir, 'contract_fs/run.bson'))?.ledgerSeqNo).toBe(runs.length);
}

const unfinished = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tmp$|blocks\/tmp\/./.test(name));

describe('a node whose process dies', () => {
  let effects: readonly string[];
  beforeAll(async () => {
    const dir = copy();
    ({ effects } = await dying(dir));
    requireHistory(dir, nothingSeen(['one', ...LIFE]), ['one', ...LIFE]);
    rmSync(dir, { recursive: true, force: true });
  });

  it('does to its disk what is looked at here', () => {
    const all = effects.join('\n');
    for (const what of ['run.bson', 'ledgers.log', 'recent.', 'raw.log', 'manifests', 'blocks', 'patch.cfg', 'hp.cfg', '/ro/']) expect(all, what).toContain(what);
  });

  it(`before, in or after ${LONG ? 'each' : 'some'} of its effects on the disk starts again with a prefix of its history (seed ${SEED})`, async () => {
    let tried = 0;
    for (let n = SEED, isEnd = false; !isEnd; n += EVERY) {
      const crash: Crash = { effect: Math.floor(n / MOMENTS.length) + 1, moment: MOMENTS[n % MOMENTS.length]! };
      const dir = copy();
      let struck: string | undefined;
      try {
        const { seen, hasDied, effects: done } = await dying(dir, crash);
        struck = done[crash.effect - 1];
        isEnd = !hasDied;
        const again = await CrashNode.start(dir, seen);
        await again.input('after');
        await again.stop();
        requireHistory(dir, seen, ['one', ...LIFE, 'after']);
        expect(unfinished(dir)).toEqual([]);
      } catch (error) {
        throw new Error(`crash ${crash.moment} effect ${crash.effect}: ${struck}\n${error instanceof Error ? error.stack : String(error)}\n${seenLog(dir)}`, { cause: error });
      }
      tried++;
      rmSync(dir, { recursive: true, force: true });
    }
    expect(tried).toBeGreaterThan(5);
  }, LONG ? 1_800_000 : 120_000);
});

function seenLog(dir: string): string {
  try {
    return readFileSync(join(dir, 'log/hp.log'), 'utf8').slice(-3_000);
  } catch {
    return '';
  }
}
