import { existsSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { PYTHON } from '../support/contracts/harness';
import { CliCluster, until } from './support/cliCluster';
import { contractSource, FAST } from './support/contracts';
import { User } from './support/users';

// Contracts that do what they should not (TESTING.md, "Contracts that misbehave"): the nodes go on, their author is told why, and another deployment ends it.

const NODES = [1, 2, 3];
const LONG = process.env.HOTPOCKET_TEST_LONG === '1';
const cluster = new CliCluster({ size: 3, userPort: 18_521, peerPort: 28_521 });
// A log that is flooded is full soon.
cluster.env.HOTPOCKET_CONSOLE_LOG_BYTES = String(8 << 20);
afterAll(() => cluster.dispose());

interface Deed {
  readonly name: string;
  readonly word: string;
  /** What each node says of it, in the round of the deed or the next; nothing if absent. */
  readonly says?: RegExp;
  /** round_limits that belong to it. */
  readonly limits?: object;
  /** Nodes end by themselves, and are started again until that is in vain. */
  readonly ends?: true;
  /** It needs no deployment of its own, and is over soon. */
  readonly short?: true;
}

const coded = (code: string, more = ''): RegExp => new RegExp(`\\[(?:wrn|err)\\]\\[hpc\\] ${code}: .*${more}`);

const deeds: readonly Deed[] = [
  { name: 'never ends, busy', word: 'loop', says: coded('CONTRACT_RUNS_LONG', '(.*\\n)+.*CONTRACT_TIMED_OUT: '), limits: { exec_timeout: 4000 } },
  { name: 'never ends, asleep', word: 'sleep', says: coded('CONTRACT_TIMED_OUT'), limits: { exec_timeout: 500 } },
  { name: 'takes more memory than it may', word: 'memory', says: coded('CONTRACT_EXIT_CODE', ' 1\\.'), limits: { proc_mem_bytes: 400_000_000 } },
  { name: 'leaves a process in its group', word: 'child', says: coded('CONTRACT_PROCESSES_LEFT', 'sleep \\(1\\)'), short: true },
  { name: 'leaves a process in another session, which goes on writing', word: 'daemon', says: coded('CONTRACT_PROCESSES_LEFT', 'sh'), short: true },
  { name: 'closes all its descriptors', word: 'close', short: true },
  { name: 'prints without end', word: 'flood console', says: coded('CONTRACT_CONSOLE_FLOOD') },
  { name: 'sends to its users without end', word: 'flood users', says: coded('CONTRACT_OUTPUT_LIMIT') },
  { name: 'sends half a message', word: 'cut output', says: coded('CONTRACT_OUTPUT_CUT'), short: true },
  { name: 'sends NPL messages that nobody reads', word: 'flood npl', says: coded('CONTRACT_NPL_UNREAD') },
  { name: 'ends at once with an exit code', word: 'exit 3', says: coded('CONTRACT_EXIT_CODE', ' 3\\.'), short: true },
  { name: 'crashes', word: 'crash', says: coded('CONTRACT_SIGNALLED', 'SIGSEGV'), short: true },
  { name: 'deletes its own program', word: 'delete program', says: coded('CONTRACT_EXIT_CODE', ' 2\\.') },
  { name: 'deletes its own folder', word: 'delete state', says: coded('CONTRACT_EXIT_CODE', ' 2\\.') },
  { name: 'takes all rights from its files', word: 'modes', short: true },
  { name: 'writes beside its folder, and nonsense into patch.cfg', word: 'outside', says: /\[hpc\] Applying patch file changes after consensus failed\./ },
  { name: 'leaves pipes and links', word: 'oddities', short: true },
  { name: "deletes the node's own folders around its own", word: 'delete around', says: /std error: STATE_IO: /, ends: true },
];

/** What is not said stays as it was deployed before. */
const NO_LIMITS = { exec_timeout: 20_000, proc_mem_bytes: 0 };

const deploy = (word: string, limits: object = {}): Promise<unknown> =>
  cluster.deploy(cluster.bundle('misbehaves', { 'misbehaves.py': contractSource('misbehaves.py') }, {
    contract: { ...FAST, bin_path: PYTHON, bin_args: `misbehaves.py ${word}`.trim(), round_limits: { ...NO_LIMITS, ...limits } },
  }));

describe.skipIf(!PYTHON).sequential('a contract that', () => {
  let user: User;
  const connect = async (): Promise<void> => void (user = await User.connect(cluster, 1));
  afterEach(() => user.close());

  async function answers(word: string): Promise<void> {
    await user.accepted(word);
    await user.receives(`got ${word}`);
  }

  /** Each node says it, as soon as a log that was flooded is one that can be read again. */
  async function sayWhy({ says, word }: Deed, from: readonly number[]): Promise<void> {
    if (says) for (const [i, node] of NODES.entries()) await cluster.logged(node, says, word === 'flood console' ? 0 : from[i]);
  }

  const pids = async (): Promise<unknown[]> => (await cluster.status()).nodes.map(({ state }) => ('pid' in state ? state.pid : state));

  /** All nodes live on as the processes they were, agree, and have nothing beside them. */
  async function livedOn(before: readonly unknown[]): Promise<void> {
    cluster.requireSameLedgers(NODES);
    expect(await pids()).toEqual(before);
    expect((await cluster.processes()).filter((line) => line.includes('/bin/sleep') || line.includes('late.txt'))).toEqual([]);
    for (const node of NODES) expect(existsSync(cluster.path(node, 'contract_fs', 'seed', 'state', 'late.txt'))).toBe(false);
  }

  it.skipIf(LONG)(`once ${deeds.flatMap(({ name, short }) => (short ? [name] : [])).join(', ')}`, async () => {
    await deploy('');
    await cluster.ok('rounds', 'eager');
    await connect();
    const before = await pids();
    for (const deed of deeds.filter(({ short }) => short)) {
      const from = NODES.map((node) => cluster.mark(node));
      await answers(deed.word);
      await sayWhy(deed, from);
    }
    await answers('hello');
    await livedOn(before);
  });

  it.skipIf(!LONG).each(deeds)('in every round $name', async (deed) => {
    await deploy(deed.word, deed.limits);
    await connect();
    const from = NODES.map((node) => cluster.log(node).lastIndexOf('HotPocket 0.6'));
    const before = await pids();
    await user.accepted('first');
    await sayWhy(deed, from);
    if (!deed.ends) {
      // Not by their logs, which may be flooded.
      await until('four ledgers on all nodes', 60_000, async () => ((await cluster.status()).nodes.every(({ ledger }) => (ledger?.seqNo ?? 0) >= 4) ? true : undefined));
      await livedOn(before);
    }
    await user.close();
    // The one command that brings back a contract that works.
    await deploy('');
    await connect();
    const after = await pids();
    await answers('hello');
    await livedOn(after);
  });

  it.skipIf(!LONG)('is handed in, and sends, more at once than fits into one message between nodes', async () => {
    await deploy('');
    await connect();
    const before = await pids();
    const large = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(4_000_000));
    const statuses = await Promise.all(large.map(async (text) => (await user.submit(text))[0]));
    expect(statuses.map((status) => status?.status)).toEqual(large.map(() => 'accepted'));
    for (const text of large) await user.receives(`got ${text}`, 60_000);
    await livedOn(before);
  });
});
