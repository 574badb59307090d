import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CliCluster, until } from './support/cliCluster';
import { nodeContract } from './support/contracts';
import { User } from './support/users';

// A contract that changes its configuration by consensus (reference 1.6).

const NODES = [1, 2, 3, 4];
const STOPPED = 5;
const cluster = new CliCluster({ size: 5, userPort: 18141, peerPort: 28141 });

beforeAll(async () => {
  await cluster.deploy(await nodeContract(cluster, 'patch', { consensus: { roundtime: 2500 }, environment: { GREETING: 'good morning', OTHER: 'stays' } }));
  for (const node of [...NODES, STOPPED]) await cluster.reached(node, 1);
});
afterAll(() => cluster.dispose());

const UPDATED = /\[inf\]\[hpc\] Contract config updated from patch file\.\n/;
const config = (node: number): { contract: object } => JSON.parse(readFileSync(cluster.path(node, 'cfg', 'hp.cfg'), 'utf8')) as { contract: object };
const patch = (node: number): string => readFileSync(cluster.path(node, 'contract_fs', 'seed', 'patch.cfg'), 'utf8');
const CHANGED = { consensus: { roundtime: 1000, stage_slice: 25, threshold: 80, mode: 'public' }, environment: { GREETING: 'good evening', OTHER: 'stays' } };

/** Of the lines of ledgers: milliseconds of the day. */
function times(text: string): number[] {
  return [...text.matchAll(/ (\d\d):(\d\d):(\d\d)\.(\d{3}) \[inf\]\[hpc\] \*\*\*\*Ledger created/g)].map(([, h, m, s, ms]) => ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000 + Number(ms));
}

it('takes effect on all nodes with the ledger that agrees on it', async () => {
  await cluster.ok('stop', String(STOPPED));
  const before = cluster.ledgers(1).at(-1)!.patch;
  const from = NODES.map((node) => cluster.mark(node));
  const user = await User.connect(cluster, 1);
  const seqNo = await user.accepted(JSON.stringify({ roundtime: 1000, greeting: 'good evening' }));
  await user.close();

  const patches = new Set<string>();
  for (const [i, node] of NODES.entries()) {
    const text = await cluster.logged(node, new RegExp(`run ${seqNo + 3} greets .*\n`), from[i]);
    // After the line of the ledger whose patch hash is the new one, and before its run.
    const [, hash] = new RegExp(`\\(lcl:${seqNo + 1}-\\S+ state:\\S+ patch:(\\w+)\\)\n\\S+ \\S+ ${UPDATED.source}(?:.*\n)??run ${seqNo + 1} greets good evening\n`).exec(text) ?? [];
    expect(hash, text).toBeDefined();
    patches.add(hash!);
    expect(text.match(new RegExp(UPDATED, 'g'))).toHaveLength(1);
    expect(text).toContain(`run ${seqNo} greets good morning\n`);
    expect(cluster.ledgers(node).filter((ledger) => ledger.seqNo > seqNo).every((ledger) => ledger.patch === hash)).toBe(true);
    expect(cluster.ledgers(node).filter((ledger) => ledger.seqNo <= seqNo).every((ledger) => ledger.patch === before)).toBe(true);

    expect(config(node)).toMatchObject({ contract: CHANGED });
    expect(JSON.parse(patch(node))).toMatchObject(CHANGED);
    expect(patch(node)).toBe(patch(1));
  }
  expect(patches.size).toBe(1);
  expect(patches.has(before)).toBe(false);
  cluster.requireSameLedgers(NODES);
});

it('changes the time between ledgers', async () => {
  const gaps = (text: string): number[] => times(text).slice(1).map((time, i) => time - times(text)[i]!);
  expect(Math.max(...gaps(cluster.log(1).slice(0, cluster.log(1).search(UPDATED))))).toBeGreaterThan(2300);
  const from = cluster.mark(1);
  // A busy machine takes two rounds for a ledger: they are shorter than one was before.
  await until('less time between two ledgers', 60_000, () => (gaps(cluster.log(1).slice(from)).some((gap) => gap < 2200) ? true : undefined), () => cluster.log(1).slice(from));
  expect((await cluster.status()).roundTime).toBe(1000);
});

it('reaches a node that was stopped meanwhile', async () => {
  expect(config(STOPPED)).toMatchObject({ contract: { consensus: { roundtime: 2500 } } });
  const from = cluster.mark(STOPPED);
  await cluster.ok('start', String(STOPPED));
  const text = await cluster.logged(STOPPED, /greets good evening\n/, from, 60_000);
  expect(text).toMatch(/Hpfs cont sync: Target added\. Hash:[0-9a-f]{8} \/patch\.cfg\n(.*\n)*.*Hpfs cont sync: Achieved target:[0-9a-f]{8} \/patch\.cfg\n/);
  expect(text).toMatch(UPDATED);
  await cluster.advance([...NODES, STOPPED], 2);
  expect(config(STOPPED)).toMatchObject({ contract: CHANGED });
  expect(patch(STOPPED)).toBe(patch(1));
  // Also when all start anew from what they have written.
  await cluster.ok('stop');
  await cluster.ok('start');
  await cluster.advance([...NODES, STOPPED]);
  expect(new Set([...NODES, STOPPED].map((node) => cluster.ledgers(node).at(-1)!.patch)).size).toBe(1);
  expect((await cluster.status()).roundTime).toBe(1000);
});
