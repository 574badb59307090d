import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PYTHON } from '../support/contracts/harness';
import { CliCluster, until } from './support/cliCluster';
import { contractSource } from './support/contracts';
import { User } from './support/users';

// Patches that are wrong, on their way when all stop, or change who decides (reference 1.6, 3.1); on three nodes, where all three are needed.

const NODES = [1, 2, 3];
const cluster = new CliCluster({ size: 3, userPort: 18171, peerPort: 28171 });
afterAll(() => cluster.dispose());

const patch = (node: number): { unl: string[] } => JSON.parse(readFileSync(cluster.path(node, 'contract_fs', 'seed', 'patch.cfg'), 'utf8')) as { unl: string[] };
const UPDATED = 'Contract config updated from patch file.';

async function tell(text: string | object, node = 1): Promise<number> {
  const user = await User.connect(cluster, node);
  const seqNo = await user.accepted(typeof text === 'string' ? text : JSON.stringify(text));
  await user.close();
  return seqNo;
}

/** Resolves when all the nodes have run the contract so after the marks. */
async function allRun(nodes: readonly number[], from: readonly number[], what: RegExp): Promise<void> {
  for (const [i, node] of nodes.entries()) await cluster.logged(node, what, from[i], 60_000);
}

describe.skipIf(!PYTHON).sequential('a patch', () => {
  beforeAll(async () => {
    await cluster.deploy(cluster.bundle('patcher', { 'patcher.py': contractSource('patcher.py') }, {
      contract: { bin_path: PYTHON, bin_args: 'patcher.py first', consensus: { roundtime: 1500 } },
    }));
    for (const node of NODES) await cluster.reached(node, 1);
  });

  it('that breaks a rule is said, and the contract goes on', async () => {
    const from = NODES.map((node) => cluster.mark(node));
    const seqNo = await tell('invalid');
    await allRun(NODES, from, new RegExp(`run ${seqNo + 2} with first and \\{`));
    for (const [i, node] of NODES.entries()) {
      const text = cluster.log(node).slice(from[i]);
      expect(text).toMatch(new RegExp(`lcl:${seqNo + 1}-.*\n.*\\[err\\]\\[hpc\\] Error applying patch config\\.\n.*\\[err\\]\\[hpc\\] Applying patch file changes after consensus failed\\.\nrun ${seqNo + 1} `));
      expect(text).toMatch(/^Config validation error: .* in '.*' section in patch config$/m);
      expect(text.match(/Error applying patch config/g)).toHaveLength(1);
    }
    cluster.requireSameLedgers(NODES);
  });

  it('that breaks a rule stops no cluster in which a node starts anew', async () => {
    await cluster.ok('stop', '2');
    const from = NODES.map((node) => cluster.mark(node));
    await cluster.ok('start', '2');
    // It gets the patch that the others have, and cannot apply it either.
    await cluster.logged(2, /Appling patch file changes after sync failed/, from[1]);
    await allRun(NODES, from, /run \d+ with first and \{/);
    await cluster.advance(NODES, 2);
  });

  it('takes the place of one that broke a rule', async () => {
    const from = NODES.map((node) => cluster.mark(node));
    await cluster.ok('stop');
    await cluster.ok('start');
    await tell({ bin_args: 'patcher.py second', environment: { B: 'x', A: 'y' } });
    await allRun(NODES, from, /run \d+ with second and \{"A": "y", "B": "x"\}/);
    for (const node of NODES) expect(cluster.log(node).slice(from[node - 1])).toContain(UPDATED);
  });

  it('is not lost when all nodes stop before a ledger agrees on it', async () => {
    const from = NODES.map((node) => cluster.mark(node));
    const pid = await cluster.pid(3);
    const seqNo = await tell({ environment: { KEPT: 'yes' } });
    await allRun(NODES, from, new RegExp(`run ${seqNo} with`));
    // Without it there is no next ledger, however long the stop takes.
    process.kill(pid, 'SIGSTOP');
    const stopped = cluster.ok('stop');
    try {
      for (const node of [1, 2]) await cluster.logged(node, /hpcore exited due to signal\.\n/, from[node - 1]);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await stopped;
    // It was on its way indeed.
    for (const [i, node] of NODES.entries()) expect(cluster.log(node).slice(from[i])).not.toContain(UPDATED);
    await cluster.ok('start');
    await allRun(NODES, from, /run \d+ with second and \{"KEPT": "yes"\}/);
    await cluster.advance(NODES, 1);
    for (const node of NODES) expect(JSON.parse(readFileSync(cluster.path(node, 'cfg', 'hp.cfg'), 'utf8'))).toMatchObject({ contract: { environment: { KEPT: 'yes' } } });
  });

  it('makes the UNL smaller: who is no longer in it follows, and is not needed', async () => {
    const { nodes } = await cluster.status();
    const [one, two, three] = nodes.map(({ publicKey }) => publicKey);
    const from = NODES.map((node) => cluster.mark(node));
    const user = await User.connect(cluster, 2);
    const told: unknown[] = [];
    user.client.on('unl_change', (unl) => told.push(unl));
    await user.client.subscribe('unl_change');
    await tell({ unl: [two, one] });
    const members = [one!, two!].sort();
    await allRun(NODES, from, new RegExp(`run \\d+ with .* unl ${members.map((key) => key.slice(2, 10)).join(' ')} active [12]\n`));
    await until('the user to be told', 20_000, () => (told.length > 0 ? true : undefined));
    expect(told.map((unl) => JSON.parse(JSON.stringify(unl)) as unknown)).toEqual([members]);
    await user.close();
    await cluster.advance(NODES, 2);
    expect((await cluster.status()).quorum).toMatchObject({ needed: 2, of: 2 });
    await cluster.ok('stop', '3');
    await cluster.advance([1, 2], 2);
    expect(three).toBeDefined();
  });

  it('reaches a node that comes back as an observer, with another round time', async () => {
    const file = cluster.path(3, 'cfg', 'hp.cfg');
    const config = JSON.parse(readFileSync(file, 'utf8')) as { node: { role: string }; contract: { consensus: { roundtime: number } } };
    config.node.role = 'observer';
    config.contract.consensus.roundtime = 700;
    writeFileSync(file, JSON.stringify(config));
    const from = cluster.mark(3);
    await cluster.ok('start', '3');
    // It may have to do its last run again before that.
    const text = await cluster.logged(3, /Achieved target:[0-9a-f]{8} \/patch\.cfg\n[^]*run \d+ with second/, from, 60_000);
    expect(text).toContain('Role: Observer');
    expect((await cluster.status()).nodes.map(({ role }) => role)).toEqual(['validator', 'validator', 'observer']);
    await cluster.advance(NODES, 2);
    // Users are served there too.
    const seqNo = await tell({ environment: { FROM: 'the observer' } }, 3);
    await allRun(NODES, [0, 0, 0], new RegExp(`run ${seqNo + 1} with second and \\{"FROM": "the observer"\\}`));
  });

  it('makes the UNL larger: by a node that was spawned', async () => {
    await cluster.ok('spawn');
    const { nodes } = await cluster.status();
    const unl = [1, 2, 4].map((node) => nodes.find((one) => one.node === node)!.publicKey);
    await cluster.advance([1, 2, 4], 1, 60_000);
    await tell({ unl, consensus: { roundtime: 1000 } });
    const shown = [...unl].sort().map((key) => key.slice(2, 10)).join(' ');
    const from = [1, 2, 3, 4].map((node) => cluster.mark(node));
    await allRun([1, 2, 3, 4], from, new RegExp(`run \\d+ with .* unl ${shown} active [23]\n`));
    await cluster.advance([1, 2, 3, 4], 2);
    expect((await cluster.status()).quorum).toMatchObject({ needed: 3, of: 3 });
    expect(patch(3).unl).toEqual(patch(1).unl);
    // The new member is needed now.
    await cluster.ok('stop', '4');
    await cluster.logged(1, /Not enough peers proposing to perform consensus\. votes:2 needed:3/, from[0]);
    await cluster.ok('start', '4');
    await cluster.advance([1, 2, 3, 4], 1, 60_000);
  });
});
