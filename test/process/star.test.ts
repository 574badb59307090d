import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatConfig, parseConfig, type HpConfig } from '../../src/hotpocket/config';
import { loadHash } from '../../src/hotpocket/hash';
import { ClusterClock } from '../../src/node/debug/clusterClock';
import { Node } from '../../src/node/node';
import { openContractDir } from '../../src/node/setup/contractDir';
import { createContractDir } from '../../src/node/setup/create';
import { FastClock } from '../support/fastClock';
import { ledgerLines, until } from './support/cliCluster';

// Nodes of which only one knows the others, without discovery (reference 8.5). Real nodes with their sockets and contracts, but in one
// process, on a clock that runs twenty times as fast: that a node is weakly connected shows after a minute.

const FACTOR = 20;
const NODES = [0, 1, 2];
const PEER_PORT = 24_310;
const root = mkdtempSync(join(tmpdir(), 'hotpocket star '));
const dir = (i: number): string => join(root, `node${i}`);
const log = (i: number): string => readFileSync(join(dir(i), 'log', 'hp.log'), 'utf8');
const hpCfg = (i: number): string => join(dir(i), 'cfg', 'hp.cfg');
const nodes: Node[] = [];

beforeAll(async () => {
  await loadHash();
  const configs: HpConfig[] = [];
  for (const i of NODES) configs.push(await createContractDir(dir(i)));
  const unl = configs.map(({ node }) => node.public_key);
  for (const i of NODES) {
    const { contract, mesh, user, log: logging, ...rest } = configs[i]!;
    writeFileSync(join(dir(i), 'contract_fs', 'seed', 'state', 'contract.sh'), '#!/bin/sh\necho ran >> runs.txt\n', { mode: 0o755 });
    writeFileSync(hpCfg(i), formatConfig({
      ...rest,
      contract: { ...contract, id: configs[0]!.contract.id, unl, bin_path: 'contract.sh', bin_args: '', consensus: { ...contract.consensus, roundtime: 1000 * FACTOR } },
      mesh: { ...mesh, port: PEER_PORT + i, known_peers: i === 0 ? [] : [`127.0.0.1:${PEER_PORT}`], peer_discovery: { ...mesh.peer_discovery, enabled: false } },
      user: { ...user, port: PEER_PORT + 100 + i },
      log: { ...logging, loggers: ['file'] },
    }));
  }
  const clock = new ClusterClock({ behind: 0 }, new FastClock(FACTOR));
  for (const i of NODES) {
    const node = new Node(await openContractDir(dir(i)), (error) => { throw error; }, clock);
    nodes.push(node);
    await node.start();
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('agree once the outer ones have said that they are weakly connected', async () => {
  await until('both to notice', 30_000, () => (log(1).includes('Became weakly connected.') && log(2).includes('Became weakly connected.') ? true : undefined), () => log(1));
  expect(log(0)).not.toContain('weakly');
  const ledgers = await until('three ledgers on all nodes', 60_000, () => {
    const all = NODES.map((i) => ledgerLines(log(i)));
    return all.every((list) => list.length >= 3) ? all : undefined;
  }, () => NODES.map((i) => log(i).slice(-1_500)).join('\n'));
  // Not one before: each of the outer nodes had heard only one other.
  expect(log(1).indexOf('Became weakly connected.')).toBeLessThan(log(1).indexOf('Ledger created'));
  for (const { seqNo, hash } of ledgers[0]!) for (const list of ledgers) expect(list.find((one) => one.seqNo === seqNo)?.hash ?? hash).toBe(hash);
});

it('write the known peers they have into their configuration when they stop', async () => {
  // The first one was told of nobody, and with discovery off asked nobody.
  await Promise.all(nodes.map((node) => node.stop(15)));
  expect(NODES.map((i) => parseConfig(readFileSync(hpCfg(i), 'utf8'), '').mesh.known_peers)).toEqual([[], [`127.0.0.1:${PEER_PORT}`], [`127.0.0.1:${PEER_PORT}`]]);
});
