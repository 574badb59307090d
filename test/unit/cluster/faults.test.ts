import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ClusterFaults, NodeFaults } from '../../../src/base/faults';
import { FaultKeeper } from '../../../src/cluster/embedded/supervisor/faultKeeper';
import type { ClusterChange } from '../../../src/cluster/engine';
import { eventually, freeDefaults, useHomes, type TestHome } from '../../support/embedded';

// What is done to a cluster on purpose, as the supervisor keeps it.

describe('the keeper of faults', () => {
  const nodes = [1, 2, 3].map((node) => ({ node, publicKey: `ed0${node}` }));
  const make = (): { keeper: FaultKeeper; told: Map<number, NodeFaults> } => {
    const told = new Map<number, NodeFaults>();
    return { keeper: new FaultKeeper((node, faults) => told.set(node, faults), () => undefined), told };
  };

  it('tells each node its own part, by keys', () => {
    const { keeper, told } = make();
    const faults: ClusterFaults = { links: [{ from: [1], to: [2, 3], drop: 1 }, { to: [1], delay: [10, 20] }, { drop: 0.1 }], clocks: [{ node: 3, ahead: -40 }] };
    keeper.set(faults, nodes);
    expect(told.get(1)).toEqual({ links: [{ to: ['ed02', 'ed03'], drop: 1 }, { to: ['ed01'], delay: [10, 20] }, { drop: 0.1 }], clockAhead: 0 });
    expect(told.get(3)).toEqual({ links: [{ to: ['ed01'], delay: [10, 20] }, { drop: 0.1 }], clockAhead: -40 });
    expect([keeper.current, keeper.of(3)]).toEqual([faults, told.get(3)]);
    keeper.set({}, nodes);
    expect([told.get(1), keeper.current, keeper.of(1)]).toEqual([{ links: [], clockAhead: 0 }, undefined, undefined]);
  });

  it.each<[string, ClusterFaults]>([
    ['FAULTS_INVALID', { links: [{ drop: 1.1 }] }],
    ['FAULTS_INVALID', { links: [{ drop: Number.NaN }] }],
    ['FAULTS_INVALID', { links: [{ delay: [20, 10] }] }],
    ['FAULTS_INVALID', { links: [{ delay: [-1, 10] }] }],
    ['FAULTS_INVALID', { links: [{ delay: [0, 60_001] }] }],
    ['FAULTS_INVALID', { clocks: [{ node: 1, ahead: Number.POSITIVE_INFINITY }] }],
    ['NODE_NOT_FOUND', { links: [{ from: [4], drop: 1 }] }],
    ['NODE_NOT_FOUND', { links: [{ to: [4], drop: 1 }] }],
    ['NODE_NOT_FOUND', { clocks: [{ node: 4, ahead: 10 }] }],
  ])('refuses with %s, and changes nothing: %j', (code, faults) => {
    const { keeper, told } = make();
    keeper.set({ links: [{ drop: 0.5 }] }, nodes);
    told.clear();
    expect(() => keeper.set(faults, nodes)).toThrow(expect.objectContaining({ code }) as Error);
    expect([keeper.current, told.size]).toEqual([{ links: [{ drop: 0.5 }] }, 0]);
  });
});

describe('the supervisor', () => {
  let home: TestHome;
  useHomes((made) => (home = made));
  const contract = { 'index.js': 'one', 'hp.cfg.override': { contract: { bin_path: '/usr/bin/node', bin_args: 'index.js' } } };
  const told = (node: number): string[] => [...readFileSync(home.paths.node(node).consoleLog, 'utf8').matchAll(/(?<=Faults ).*/g)].map(([text]) => text);

  it('tells nodes at once and whenever they start, says so in the status, and forgets with the cluster', async () => {
    const status = await home.deploy(contract, await freeDefaults(2));
    const engine = home.engine();
    const heard: ClusterChange[] = [];
    engine.onDidChange((change) => change.type === 'faults' && heard.push(change));
    await engine.status();
    const faults: ClusterFaults = { links: [{ from: [1], to: [2], drop: 1 }] };
    await home.engine().setFaults(faults);
    const cut = JSON.stringify({ links: [{ drop: 1, to: [status.nodes[1]!.publicKey] }], clockAhead: 0 });
    await eventually(() => told(1).length === 1 && told(2).length === 1 && heard.length === 1);
    expect([told(1), heard, (await engine.status())?.faults]).toEqual([[cut], [{ type: 'faults', faults }], faults]);
    await engine.stop(1);
    await engine.start(1);
    await eventually(() => told(1).length === 2);
    expect(told(1)).toEqual([cut, cut]);
    await expect(engine.setFaults({ links: [{ drop: 2 }] })).rejects.toMatchObject({ code: 'FAULTS_INVALID' });
    await engine.setFaults({});
    await eventually(() => told(1).length === 3);
    expect([told(1)[2], (await engine.status())?.faults]).toEqual([JSON.stringify({ links: [], clockAhead: 0 }), undefined]);
    await engine.setFaults(faults);
    await engine.clean();
    await expect(engine.setFaults({})).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
    expect((await home.deploy(contract, await freeDefaults(2))).faults).toBeUndefined();
  });
});
