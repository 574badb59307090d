import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerInfo } from '../../src/base/ledgers';
import { HotPocketClient } from '../../src/client/client';
import { DockerEngine } from '../../src/cluster/docker/engine';
import { generateKeyPair } from '../../src/hotpocket/keys';
import { eventually } from '../support/embedded';
import { dockerEnv, testImage } from './support/daemon';

// What nodes in containers can tell of their ledgers beyond what every engine must.

const home = mkdtempSync(join(tmpdir(), 'hotpocket tést '));
const contract = join(home, 'contract');
const keys = generateKeyPair();
let engine: DockerEngine;

/** The sample, which answers every input. `node`: of hp.cfg. */
async function deploy(node: object): Promise<void> {
  const override = JSON.parse(readFileSync(join(contract, 'hp.cfg.override'), 'utf8')) as { contract: object };
  writeFileSync(join(contract, 'hp.cfg.override'), JSON.stringify({ node, contract: { ...override.contract, consensus: { roundtime: 1000 } } }));
  await engine.deploy({ path: contract, defaults: { size: 3, userPortBegin: 8081, peerPortBegin: 22_861 } });
  await eventually(async () => (await engine.status())?.nodes.every(({ voteStatus, observer }) => voteStatus === 'synced' && observer !== undefined));
}

/** A ledger with inputs of one user, and the one that agrees on what he was answered. */
async function usedLedgers(inputs: number): Promise<readonly [LedgerInfo, LedgerInfo]> {
  const client = new HotPocketClient({ url: 'wss://localhost:8082', keys, protocol: 'json' });
  await client.connect();
  const submitted = await Promise.all(Array.from({ length: inputs }, (_, i) => client.submitInput(JSON.stringify({ type: 'set', data: `für ${i}` }))));
  const outcomes = await Promise.all(submitted.map(({ status }) => status));
  await client.close();
  const [seqNo] = outcomes.map((outcome) => (outcome.status === 'accepted' ? outcome.ledgerSeqNo : 0)) as [number];
  expect(outcomes.map((outcome) => outcome.status === 'accepted' && outcome.ledgerSeqNo)).toEqual(outcomes.map(() => seqNo));
  return eventually(async () => {
    const [after, ledger] = await engine.ledgers({ before: seqNo + 2, count: 2, counts: true });
    return after?.seqNo === seqNo + 1 && ledger ? ([ledger, after] as const) : undefined;
  });
}

beforeAll(async () => {
  cpSync(resolve(__dirname, '../../samples/starter/dist'), contract, { recursive: true });
  engine = new DockerEngine({ env: dockerEnv({ HOTPOCKET_HOME: home, HP_INSTANCE_IMAGE: await testImage() }) });
  engine.onDidChange(() => undefined);
});
afterAll(async () => {
  await engine?.clean().catch(() => undefined);
  engine?.dispose();
  rmSync(home, { recursive: true, force: true });
});

describe.sequential('ledgers of nodes in containers', () => {
  it('have only hashes of inputs and outputs, as hpdevkit configures nodes', async () => {
    await deploy({});
    const [ledger, after] = await usedLedgers(1);
    expect([ledger.inputs, ledger.inputUsers, after.outputs]).toEqual([undefined, undefined, undefined]);
    expect([ledger.inputHash, after.outputHash]).toEqual([expect.stringMatching(/[1-9a-f]/), expect.stringMatching(/[1-9a-f]/)]);
  });

  it('have inputs, outputs and their users counted, where nodes keep them', async () => {
    await deploy({ history_config: { max_raw_shards: 1 } });
    const [ledger, after] = await usedLedgers(2);
    expect([ledger.inputs, ledger.inputUsers, after.outputs]).toEqual([2, [keys.publicKey], 2]);
    expect((await engine.ledgers({ before: ledger.seqNo + 1, count: 1, contents: true }))[0]?.contents?.inputs?.map(({ user }) => user)).toEqual([keys.publicKey, keys.publicKey]);
  });

  it('lack votes of a stage, which is told', async () => {
    await engine.stop(3);
    // Of the round in which it stops, later stages may be the ones that lack votes.
    const lacking = { received: 2, needed: 3, stage: 1 };
    await expect.poll(async () => (await engine.status())?.nodes.slice(0, 2).map(({ votes }) => votes), { timeout: 30_000 }).toEqual([lacking, lacking]);
  });
});
