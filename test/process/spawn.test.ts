import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliCluster, ledgerLines, until, type Terminal } from './support/cliCluster';
import { nodeContract } from './support/contracts';
import { User } from './support/users';

// A node that is added to a running cluster, and several hands that steer it at once.

const NODES = [1, 2, 3];
const cluster = new CliCluster({ size: 3, userPort: 18131, peerPort: 28131 });
// Not the round time that new nodes begin with.
const CONTRACT = { consensus: { roundtime: 1200 } };

beforeAll(async () => {
  await cluster.deploy(await nodeContract(cluster, 'notes', CONTRACT));
});
afterAll(() => cluster.dispose());

describe.sequential('a spawned node', () => {
  it('follows: it takes round time, configuration, state and ledgers from the others', async () => {
    const user = await User.connect(cluster, 1);
    await user.accepted('before the spawn');
    await user.receives('noted before the spawn');
    await user.close();

    expect(await cluster.ok('spawn')).toContain('Node 4 is running (users: 18134, peers: 28134).');
    const text = await cluster.logged(4, /Ledger created/);
    for (const path of ['/patch.cfg', '/state', '/primary/0']) {
      expect(text).toMatch(new RegExp(`Hpfs (cont|ldgr) sync: Target added\\. Hash:[0-9a-f]{8} ${path}\n(.*\n)*.*sync: Achieved target:[0-9a-f]{8} ${path}\n`));
    }
    expect(text).toContain('Contract config updated from patch file.');
    await cluster.advance([...NODES, 4], 2);
    expect(cluster.stateFile(4, 'notes.txt')).toBe('before the spawn\n');
    expect(JSON.parse(readFileSync(cluster.path(4, 'cfg', 'hp.cfg'), 'utf8'))).toMatchObject({ contract: { bin_args: 'index.js', ...CONTRACT } });
  });

  it('serves users like the others', async () => {
    const user = await User.connect(cluster, 4, { trustedServerKeys: (await cluster.status()).nodes.map((node) => node.publicKey) });
    await user.accepted('through the follower');
    await user.receives('noted through the follower');
    expect(await user.read('all')).toBe('notes before the spawn\nthrough the follower\n');
    await user.close();
  });

  it('has no vote, and is shown so', async () => {
    const status = await cluster.status();
    expect(status.nodes.map(({ inUnl }) => inUnl)).toEqual([true, true, true, false]);
    expect(status.quorum).toEqual({ needed: 3, of: 3, tolerates: 0 });
    expect(await cluster.ok('status')).toMatch(/^4 +running +validator, not in UNL /m);
    await cluster.ok('stop', '4');
    await cluster.advance(NODES, 2);
  });

  it('is as much of the cluster as the others: deploy and clean mean it too', async () => {
    await cluster.deploy(await nodeContract(cluster, 'notes', CONTRACT));
    await cluster.advance([...NODES, 4]);
    const folder = cluster.path(4);
    expect(await cluster.ok('clean')).toContain('The cluster with 4 nodes is gone.');
    expect(existsSync(folder)).toBe(false);
    await until('all processes to end', 30_000, async () => ((await cluster.processes()).length === 0 ? true : undefined), async () => (await cluster.processes()).join('\n'));
  });
});

/** A contract that says which one it is. */
const version = (name: string): string => cluster.bundle(name, { 'contract.sh': `#!/bin/sh\necho "this is ${name}"\n` }, { contract: { consensus: { roundtime: 1000 }, bin_path: 'contract.sh', bin_args: '' } });

describe.sequential('several terminals at once', () => {
  beforeAll(async () => {
    await cluster.deploy(version('first'));
  });

  it('may steer different nodes', async () => {
    await Promise.all([cluster.ok('stop', '1'), cluster.ok('stop', '2'), cluster.ok('stop', '1')]);
    expect((await cluster.status()).nodes.map(({ state }) => state.kind)).toEqual(['stopped', 'stopped', 'running']);
    await Promise.all([cluster.ok('start', '2'), cluster.ok('start'), cluster.ok('start', '1')]);
    expect((await cluster.status()).nodes.map(({ state }) => state.kind)).toEqual(['running', 'running', 'running']);
    await cluster.advance(NODES);
  });

  it('may look while one deploys', async () => {
    let deploying = true;
    const looks = (async (): Promise<number[]> => {
      const counts: number[] = [];
      while (deploying) counts.push((await cluster.status()).nodes.length);
      return counts;
    })();
    await cluster.deploy(version('second')).finally(() => (deploying = false));
    expect(new Set(await looks)).toEqual(new Set([3]));
    for (const node of NODES) await cluster.logged(node, /this is second\n/);
  });

  it.each([/Copying the contract/, /Stopping 3 nodes/, /Starting 3 nodes/])('may be stopped in the middle of a deployment (%s), which leaves a whole cluster', async (step) => {
    const before = NODES.map((node) => cluster.mark(node));
    const terminal = cluster.follow('deploy', version('third'));
    await until(`the deployment to come to ${step}`, 20_000, () => (step.test(terminal.text()) ? true : undefined), terminal.text);
    await terminal.stop();
    // Cancelled, if it was not just done.
    expect([0, 130]).toContain(await terminal.ended);

    // All nodes end up with the same contract, the old or the new one, and all run, without anybody doing more.
    const voices = await until('all nodes to run the contract', 30_000, () => {
      const latest = NODES.map((node) => [...cluster.log(node).slice(before[NODES.indexOf(node)]).matchAll(/Ledger created.*\nthis is (\w+)\n/g)].at(-1)?.[1]);
      return latest.every((voice) => voice !== undefined) && new Set(latest).size === 1 && terminal.text() !== '' ? latest : undefined;
    }, () => `${terminal.text()}\n${cluster.log(1).slice(-2_000)}`);
    expect(['second', 'third']).toContain(voices[0]);
    const from = NODES.map((node) => cluster.mark(node));
    const ledgers = await until('two more ledgers on all nodes', 20_000, () => {
      const lists = NODES.map((_, i) => ledgerLines(cluster.log(i + 1).slice(from[i])));
      return lists.every((list) => list.length >= 2) ? lists : undefined;
    }, () => cluster.log(1).slice(-2_000));
    for (const { seqNo, hash } of ledgers[0]!) for (const list of ledgers.slice(1)) expect(list.find((ledger) => ledger.seqNo === seqNo)?.hash ?? hash).toBe(hash);
    expect((await cluster.status()).nodes.map(({ state }) => state.kind)).toEqual(['running', 'running', 'running']);
  });

  it('may be stopped while the cluster is created, which leaves none', async () => {
    const stopped = async (): Promise<Terminal> => {
      await cluster.ok('clean');
      const opened = cluster.follow('deploy', version('fourth'));
      await until('the creation to begin', 20_000, () => (/Creating 'default' cluster of size 3/.test(opened.text()) ? true : undefined), opened.text);
      await opened.stop();
      return opened;
    };
    let terminal = await stopped();
    // On a busy machine it may be done before this one gets to stop it.
    for (let tries = 1; tries < 5 && (await terminal.ended) === 0; tries++) terminal = await stopped();
    expect(await terminal.ended, terminal.text()).toBe(130);
    expect(terminal.text()).toContain('[CANCELLED]');
    expect((await cluster.run('status')).code).toBe(3);
    for (const node of NODES) expect(existsSync(cluster.path(node))).toBe(false);
    await cluster.deploy(version('fourth'));
    for (const node of NODES) await cluster.logged(node, /this is fourth\n/);
  });
});
