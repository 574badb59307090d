import { afterEach, beforeEach, expect, it } from 'vitest';
import { EngineLog } from '../../../src/extension/logs/engineLog';
import { ClusterModel } from '../../../src/extension/model/clusterModel';
import { cluster, FakeEngine, interrupted, node, running, stopped } from './support';

let said: string[];
let engine: FakeEngine;
let model: ClusterModel;
afterEach(() => model.dispose());
beforeEach(async () => {
  said = [];
  engine = new FakeEngine(() => Promise.resolve(cluster([node(1), node(2)])));
  model = new ClusterModel(engine, 0);
  await model.refresh();
  const say = (level: string) => (text: string) => void said.push(`${level} ${text}`);
  new EngineLog({ trace: say('trace'), debug: say('debug'), info: say('info'), warn: say('warn') }, model);
});

const refreshed = async (): Promise<void> => {
  await model.refresh();
  await new Promise((resolve) => setTimeout(resolve, 20));
};

it('tells what it found, and nothing twice', async () => {
  const found = ["info Cluster 'default' (embedded, 2 nodes) in /home, contract /my cöntract.", 'info Node 1 is running (process 100).', 'debug Node 1 is synced.', 'info Node 2 is running (process 100).', 'debug Node 2 is synced.'];
  expect(said).toEqual(found);
  await refreshed();
  expect(said).toEqual(found);
});

it('tells what becomes of nodes', () => {
  said.length = 0;
  engine.changes.fire({ type: 'node', node: node(2, { state: stopped }) });
  engine.changes.fire({ type: 'node', node: node(1, { voteStatus: 'unreliable' }) });
  engine.changes.fire({ type: 'node', node: node(2, { state: { kind: 'crashed', exit: 'signal SIGKILL', retryAt: 1 } }) });
  engine.changes.fire({ type: 'ledger', node: 1, seqNo: 259, hash: 'abcdef0123456789' });
  engine.changes.fire({ type: 'notice', code: 'NODE_CRASHED', message: 'Node 2 ended.', remedy: 'See its log.' });
  expect(said).toEqual(['info Node 2 is stopped.', 'debug Node 1 is unreliable.', 'warn Node 2 is crashed (signal SIGKILL) and will be started again.', 'trace Node 1 created ledger 259-abcdef01.', 'warn [NODE_CRASHED] Node 2 ended. See its log.']);
});

it('tells when the supervisor goes and comes back, and when the cluster is gone', async () => {
  said.length = 0;
  engine.answer = () => Promise.resolve(cluster([node(1, { state: interrupted })]));
  await refreshed();
  expect(said).toEqual(["info Cluster 'default' (embedded, 1 node) in /home, contract /my cöntract; its supervisor is gone.", 'info Node 1 is interrupted: its supervisor is gone.']);
  engine.answer = () => Promise.resolve(cluster([node(1, { state: running })]));
  await refreshed();
  expect(said.slice(2)).toEqual(["info Cluster 'default' (embedded, 1 node) in /home, contract /my cöntract.", 'info Node 1 is running (process 100).']);
  said.length = 0;
  engine.answer = () => Promise.resolve(undefined);
  await refreshed();
  engine.answer = () => Promise.reject(new Error('unreadable'));
  await refreshed();
  expect(said).toEqual(['info There is no cluster.', 'warn The cluster cannot be looked at: unreadable']);
});
