import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PYTHON } from '../support/contracts/harness';
import { troublesIn } from '../support/troubles';
import { CliCluster, until } from './support/cliCluster';
import { contractSource } from './support/contracts';
import { User } from './support/users';

// Contracts that do not do the same on all nodes (reference 3.10), and a node that stood still (3.7).

const NODES = [1, 2, 3, 4, 5];
const cluster = new CliCluster({ size: 5, userPort: 18441, peerPort: 28441 });
afterAll(() => cluster.dispose());

const deploy = (): Promise<unknown> =>
  cluster.deploy(cluster.bundle('differs', { 'differs.py': contractSource('differs.py') }, { contract: { bin_path: PYTHON, bin_args: 'differs.py', consensus: { roundtime: 1000 } } }));
const OTHER_OUTPUT = "[wrn][hpc] Consensus output hash didn't match our output hash.";

describe.skipIf(!PYTHON).sequential('nodes whose contracts differ', () => {
  let user: User;
  beforeAll(async () => {
    await deploy();
    // Not to the node that differs, which has no outputs to send once it took over another state.
    const byKey = [...(await cluster.status()).nodes].sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
    user = await User.connect(cluster, byKey[0]!.node);
  });
  afterAll(() => user.close());

  /** Hands a word in, and waits until all nodes have it in their state and went two ledgers on. */
  async function say(word: string): Promise<{ seqNo: number; logs: string[] }> {
    const from = NODES.map((node) => cluster.mark(node));
    const seqNo = await user.accepted(word);
    for (const node of NODES) await cluster.reached(node, seqNo + 3, 60_000);
    for (const node of NODES) await until(`${word} on node ${node}`, 20_000, () => (cluster.stateFile(node, 'words.txt').split('\n').filter((one) => one === word).length === 1 ? true : undefined));
    cluster.requireSameLedgers(NODES);
    return { seqNo, logs: NODES.map((node, i) => cluster.log(node).slice(from[i])) };
  }
  const saying = (logs: readonly string[], text: string): number => logs.filter((log) => log.includes(text)).length;

  it('in state, on one node: it takes the others\' state over', async () => {
    const { logs } = await say('one state');
    await user.receives('got one state');
    expect(saying(logs, 'Hpfs cont sync: Target added')).toBe(1);
    // On the node that differs, with what it and the others have.
    expect(logs.filter((log) => /CONTRACT_STATE_DIFFERS: .* ([0-9a-f]{8}) on 4 \(ed.*\), ([0-9a-f]{8}) on 1 \(ed.*\)\. This node goes over from \2 to \1\./.test(log))).toHaveLength(1);
    expect(logs.filter((log) => troublesIn(log).includes('CONTRACT_STATE_DIFFERS'))).toHaveLength(1);
    expect(logs.find((log) => log.includes('Target added'))).toMatch(/Target added\. Hash:[0-9a-f]{8} \/state\n(.*\n)*.*Hpfs cont sync: Achieved target:[0-9a-f]{8} \/state\n/);
  });

  it.runIf(process.env.HOTPOCKET_TEST_LONG)('in state, on one node, again and again: which is a trouble', async () => {
    const from = NODES.map((node) => cluster.mark(node));
    for (const word of ['one state 2', 'one state 3', 'one state 4']) await say(word);
    // By what the real engine says of it.
    const told = NODES.map((node, i) => cluster.log(node).slice(from[i]).replace(/^.*CONTRACT_STATE_DIFFERS: .*\n/gm, ''));
    expect(told.filter((log) => troublesIn(log).includes('STATE_DIFFERS'))).toHaveLength(1);
  });

  it('in state and output, on one node: which stalls three real nodes for ever', async () => {
    const { logs } = await say('one state and output');
    await user.receives('got one state and output');
    expect(saying(logs, 'Possible fork condition')).toBe(0);
  });

  it('in output, on all nodes: nobody is sent any, but no ledger is left out and no input lost', async () => {
    const { seqNo, logs } = await say('all outputs');
    expect(saying(logs, OTHER_OUTPUT)).toBe(5);
    expect(saying(logs, 'CONTRACT_OUTPUT_DIFFERS: ')).toBe(5);
    for (const log of logs) expect(troublesIn(log)).toContain('CONTRACT_OUTPUT_DIFFERS');
    expect(saying(logs, 'Error occured when closing ledger')).toBe(0);
    for (const log of logs) for (const number of [seqNo, seqNo + 1, seqNo + 2]) expect(log).toContain(`(lcl:${number}-`);
    expect(user.received().filter((text) => text.startsWith('got all'))).toEqual([]);
    await say('after it');
    await user.receives('got after it');
  });

  it('in state, on all nodes: all take over one of the five', async () => {
    const { logs } = await say('all states');
    expect(saying(logs, 'Hpfs cont sync: Achieved target')).toBe(4);
    expect(saying(logs, 'CONTRACT_STATE_DIFFERS: ')).toBe(4);
    const states = NODES.map((node) => cluster.stateFile(node, 'differs.txt'));
    expect(new Set(states).size).toBe(1);
  });

  // The others of one, some and all; each takes a few rounds. Outputs need four of five (reference 3.5).
  describe.runIf(process.env.HOTPOCKET_TEST_LONG)('less common', () => {
    it('in state, on two: these take the others\' over, and what the run sent is sent to nobody', async () => {
      const { logs } = await say('some states');
      expect(saying(logs, 'CONTRACT_STATE_DIFFERS: ')).toBe(2);
      expect(user.received()).not.toContain('got some states');
    });

    it('in output, on one: what the others send is sent', async () => {
      const { logs } = await say('one output');
      expect(saying(logs, 'CONTRACT_OUTPUT_DIFFERS: ')).toBe(1);
      await user.receives('got one output');
    });

    it('in output, on two: nobody is sent any', async () => {
      const { logs } = await say('some outputs');
      expect(saying(logs, 'CONTRACT_OUTPUT_DIFFERS: ')).toBe(5);
      expect(user.received()).not.toContain('got some outputs');
    });
  });

  it('a node that stood still makes no ledger that nobody else has, and runs none twice', async () => {
    const pid = await cluster.pid(5);
    const from = cluster.mark(5);
    for (const rounds of [2, 3.4, 1.7]) {
      process.kill(pid, 'SIGSTOP');
      try {
        await new Promise((done) => setTimeout(done, rounds * 1000));
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await cluster.advance(NODES, 3, 60_000);
    }
    const runs = [...cluster.log(5).slice(from).matchAll(/^run (\d+)$/gm)].map(([, number]) => number);
    expect(new Set(runs).size).toBe(runs.length);
  });
});
