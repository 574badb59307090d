import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requests } from '../../../src/cluster/embedded/protocol';
import { rpcOver } from '../../../src/cluster/embedded/rpc';
import { eventually, freeDefaults, useHomes, type TestHome } from '../../support/embedded';

// The supervisor and its client are the real ones; the node program is test/support/fakeNode.mjs, which tells of a round every 100 ms.
let home: TestHome;
useHomes((made) => (home = made));

const contract = { 'index.js': 'one' };

/** The supervisor is gone, and nobody is connected. */
async function allGone(): Promise<void> {
  await home.engine().stop();
  home.disconnect();
  await eventually(() => !existsSync(home.paths.addressFile));
}

describe('a supervisor', () => {
  it('remembers the rounds of its nodes until the next deployment, and tells of each', async () => {
    const status = await home.deploy(contract, await freeDefaults(2));
    const engine = home.engine();
    const told: number[] = [];
    engine.onDidChange((change) => change.type === 'round' && change.node === 2 && told.push(change.round.ledgerSeqNo));
    await eventually(() => told.length >= 3);
    // A client that comes later sees what was before it, and what comes after a restart of the node.
    const known = await home.engine().roundProfiles(2);
    expect(known.map(({ ledgerSeqNo }) => ledgerSeqNo)).toEqual(known.map((_, i) => i + 1));
    expect(known.length).toBeGreaterThanOrEqual(3);
    expect(known[0]).toMatchObject({ phases: { run: 2 }, files: { looked: 3, hashed: 1 } });
    await engine.stop(2);
    await engine.start(2);
    const first = await eventually(() => told.find((seqNo) => seqNo > known.length));
    expect((await engine.roundProfiles(2)).at(0)?.ledgerSeqNo).toBe(1);
    expect((await engine.roundProfiles(2)).some(({ ledgerSeqNo }) => ledgerSeqNo === first)).toBe(true);
    await expect(engine.roundProfiles(3)).rejects.toMatchObject({ code: 'NODE_NOT_FOUND' });
    const deployed = Date.now();
    await engine.deploy({ path: home.bundle({ 'other.js': '' }), defaults: await freeDefaults(status.nodes.length) });
    const anew = await eventually(async () => {
      const rounds = await engine.roundProfiles(1);
      return rounds.length > 0 && rounds;
    });
    expect(anew[0]?.ledgerSeqNo).toBe(1);
    expect(anew[0]?.at).toBeGreaterThanOrEqual(deployed);
    await engine.stop();
  });

  it('of an older version does not know of rounds, which is said', async () => {
    await home.deploy(contract, await freeDefaults(1));
    await expect(home.engine({ protocol: { major: 1, minor: 1 } }).roundProfiles(1)).resolves.toBeDefined();
    await allGone();
    // One that only greets, as a supervisor of version 1.1 would.
    const server = createServer((socket) => {
      const client = rpcOver(socket);
      client.onRequest(requests.hello, () => ({ protocol: { major: 1, minor: 1 } }));
      client.listen();
    });
    const address = join(home.folder, 'old.sock');
    await new Promise<void>((resolve) => server.listen(address, resolve));
    writeFileSync(home.paths.addressFile, address);
    chmodSync(home.folder, 0o700);
    await expect(home.engine().roundProfiles(1)).rejects.toMatchObject({ code: 'SUPERVISOR_INCOMPATIBLE', details: { theirs: '1.1' } });
    home.disconnect();
    rmSync(home.paths.addressFile);
    await new Promise((resolve) => server.close(resolve));
  });

  it('is not started by looking at rounds', async () => {
    await home.deploy(contract, await freeDefaults(1));
    await allGone();
    expect(await home.engine().roundProfiles(1)).toEqual([]);
    expect(existsSync(home.paths.addressFile)).toBe(false);
    await expect(home.engine().roundProfiles(2)).rejects.toMatchObject({ code: 'NODE_NOT_FOUND' });
  });
});
