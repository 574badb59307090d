import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HotPocketClient, type ClientEvent } from '../../../src/client/client';
import { blake3Hex, fromHex, type Hex } from '../../../src/hotpocket/hash';
import { inputHash, type InputContainer, type SignedInput } from '../../../src/hotpocket/inputs';
import { generateKeyPair, sign, verify } from '../../../src/hotpocket/keys';
import { GENESIS, type Ledger } from '../../../src/hotpocket/ledger';
import { hashTreeFor, outputRoot, userOutputHash } from '../../../src/hotpocket/outputs';
import type { LedgerQuery, NodeStatus, UserPortHandlers } from '../../../src/node/users/types';
import { openUserPort, type TestPort } from '../../support/userPort';

const hash = (text: string): Hex => blake3Hex(Buffer.from(text));
const UNL = Array.from({ length: 3 }, () => generateKeyPair());
const LEDGER: Ledger = {
  seqNo: 41, time: 1_795_393_331_954, hash: hash('ledger'), prevHash: hash('previous'), dataHash: hash('data'), stateHash: hash('state'),
  configHash: hash('config'), nonce: hash('nonce'), userHash: hash('users'), inputHash: hash('inputs'), outputHash: hash('outputs'),
};
const { dataHash: _dataHash, nonce: _nonce, ...PUBLISHED } = LEDGER;

describe.each(['json', 'bson'] as const)('a client over %s', (protocol) => {
  let port: TestPort;
  let client: HotPocketClient;
  let ledger = 41;
  const keys = generateKeyPair();
  const submitted: { input: SignedInput; container: InputContainer }[] = [];
  const queries: LedgerQuery[] = [];
  const events: ClientEvent[] = [];
  const status = (): NodeStatus => ({
    hpVersion: '0.6.4', ledgerSeqNo: ledger, ledgerHash: LEDGER.hash, voteStatus: 'synced', roundTime: 500, contractExecutionEnabled: true,
    readRequestsEnabled: true, isFullHistoryNode: false, weaklyConnected: true, currentUnl: UNL.map((k) => k.publicKey).sort(), peers: ['localhost:22862'],
  });
  const handlers: Partial<UserPortHandlers> = {
    status,
    lastLedger: () => ({ seqNo: ledger, hash: LEDGER.hash }),
    unl: () => status().currentUnl,
    submit: (input, container) => {
      submitted.push({ input, container });
      return container.maxLedgerSeqNo > 60 ? 'max_ledger_offset_exceeded' : undefined;
    },
    read: async (_pubkey, _protocol, content) => {
      const text = Buffer.from(content).toString();
      if (text === 'off') return undefined;
      if (text === 'slow') await new Promise((resolve) => setTimeout(resolve, 300));
      return [Buffer.from(`1 ${text}`), Buffer.from('{"n":1.0}'), Buffer.from('"quoted"')];
    },
    query: (pubkey, query) => {
      queries.push(query);
      if (query.seqNo === 0) return [{ ledger: GENESIS }];
      if (query.seqNo !== 41) return query.inputs || query.outputs ? 'exec_failure' : [];
      return [{
        ledger: LEDGER,
        ...(query.inputs && { inputs: [{ pubkey, hash: hash('input'), nonce: 1_795_393_331_573n, blob: Buffer.from('{"a":1}') }] }),
        ...(query.outputs && { outputs: [{ pubkey, hash: hash('output'), blobs: [Buffer.from('one'), Buffer.alloc(0)] }] }),
      }];
    },
  };

  beforeAll(async () => {
    port = await openUserPort({ handlers });
    client = new HotPocketClient({ url: port.url, keys, protocol, nodeKeys: [port.keys.publicKey], trustedKeys: UNL.map((k) => k.publicKey) });
    client.onEvent((event) => events.push(event));
    const node = await client.connect();
    expect(node).toEqual({ hpVersion: '0.6.4', contractId: 'a contract', contractVersion: '1.0', publicKey: port.keys.publicKey, unl: status().currentUnl });
  });
  beforeEach(() => {
    for (const list of [submitted, queries, events]) list.splice(0);
    ledger = 41;
  });
  afterAll(async () => {
    await client.close();
    await port.server.close();
  });
  const eventsOf = <T extends ClientEvent['type']>(type: T): Extract<ClientEvent, { type: T }>[] =>
    events.filter((event): event is Extract<ClientEvent, { type: T }> => event.type === type);

  it('is known by its key', () => {
    expect(port.server.connectedUsers()).toEqual([keys.publicKey]);
    expect(client.publicKey).toBe(keys.publicKey);
    expect(client.isConnected).toBe(true);
  });

  it('reads status and last ledger, one answer for all who ask at once', async () => {
    const [one, two] = await Promise.all([client.status(), client.status()]);
    expect(one).toEqual(status());
    expect(two).toEqual(status());
    expect(await client.lastLedger()).toEqual({ seqNo: 41, hash: LEDGER.hash });
  });

  it('submits an input that is accepted', async () => {
    const { inputHash: shown, maxLedgerSeqNo, status: fate } = await client.submitInput('hellö {"a":1}', { maxLedgerOffset: 5 });
    await expect.poll(() => submitted.length).toBe(1);
    const [{ input, container }] = submitted as [(typeof submitted)[number]];
    expect(verify(input.container, input.signature, keys.publicKey)).toBe(true);
    expect(container).toMatchObject({ input: Buffer.from('hellö {"a":1}'), maxLedgerSeqNo: 46 });
    expect([shown, maxLedgerSeqNo]).toEqual([inputHash(input.signature), 46]);
    const accepted = { status: 'accepted', inputHash: shown, ledgerSeqNo: 43, ledgerHash: hash('43') } as const;
    port.server.inputStatus(keys.publicKey, accepted);
    expect(await fate).toEqual(accepted);
    expect(eventsOf('inputStatus')).toEqual([{ type: 'inputStatus', status: accepted }]);
  });

  it('numbers inputs so that none is like another, whatever the clock says', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => client.submitInput(`${i}`)));
    await client.lastLedger();
    const far = BigInt(Date.now()) + 10_000n;
    await client.submitInput('given', { nonce: far });
    await client.submitInput('after');
    await client.lastLedger();
    const nonces = submitted.map(({ container }) => container.nonce);
    expect(nonces).toHaveLength(52);
    expect(nonces.every((nonce, i) => i === 0 || nonce > nonces[i - 1]!)).toBe(true);
    expect(nonces.slice(-2)).toEqual([far, far + 1n]);
    expect(submitted.map(({ container }) => container.input.toString()).slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
  });

  it('is told why an input is rejected, and when nobody says anything', async () => {
    const refused = await client.submitInput('x', { maxLedgerOffset: 20 });
    expect(await refused.status).toEqual({ status: 'rejected', reason: 'max_ledger_offset_exceeded', inputHash: refused.inputHash });
    const forgotten = await client.submitInput('y', { maxLedgerOffset: 3 });
    ledger = 45;
    await client.lastLedger();
    const waiting = Symbol('waiting');
    expect(await Promise.race([forgotten.status, Promise.resolve(waiting)])).toBe(waiting);
    ledger = 46;
    await client.lastLedger();
    expect(await forgotten.status).toEqual({ status: 'failed', reason: 'not_answered', inputHash: forgotten.inputHash });
  });

  it('looks itself for what became of an input', async () => {
    const { status: fate } = await client.submitInput('y');
    ledger = 60;
    expect((await fate).status).toBe('failed');
  }, 10_000);

  it('reads, and gets all responses', async () => {
    const [one, slow] = await Promise.all([client.readRequest('a'), client.readRequest(Buffer.from('slow'))]);
    const quoted = protocol === 'json' ? 'quoted' : '"quoted"';
    expect(one.map(String)).toEqual(['1 a', '{"n":1.0}', quoted]);
    expect(slow.map(String)).toEqual(['1 slow', '{"n":1.0}', quoted]);
    expect(eventsOf('lateResponse')).toEqual([]);
    await expect(client.readRequest('off', { timeoutMs: 100 })).rejects.toMatchObject({ code: 'CLIENT_NO_ANSWER' });
    await expect(client.readRequest('slow', { timeoutMs: 100 })).rejects.toMatchObject({ code: 'CLIENT_NO_ANSWER' });
    await expect.poll(() => eventsOf('lateResponse').map(({ content }) => content.toString())).toEqual(['1 slow', '{"n":1.0}', quoted]);
  });

  it('sends any bytes over BSON, and only text over JSON', async () => {
    const bytes = Buffer.from([0xff, 0]);
    if (protocol === 'json') {
      await expect(client.submitInput(bytes)).rejects.toMatchObject({ code: 'CLIENT_NOT_TEXT' });
      await expect(client.readRequest(bytes)).rejects.toMatchObject({ code: 'CLIENT_NOT_TEXT' });
    } else {
      await client.submitInput(bytes);
      await client.lastLedger();
      expect(submitted[0]?.container.input).toEqual(bytes);
    }
  });

  it('queries ledgers, and never asks for the inputs of one that is not there', async () => {
    expect(await client.query(41)).toEqual({ ledger: PUBLISHED });
    const full = await client.query(41, { inputs: true, outputs: true });
    expect(full?.inputs).toEqual([{ pubkey: keys.publicKey, hash: hash('input'), nonce: 1_795_393_331_573n, blob: Buffer.from('{"a":1}') }]);
    expect(full?.outputs).toEqual([{ pubkey: keys.publicKey, hash: hash('output'), blobs: [Buffer.from('one'), Buffer.alloc(0)] }]);
    queries.splice(0);
    expect(await client.query(99, { inputs: true, outputs: true })).toBeUndefined();
    expect(queries).toEqual([{ seqNo: 99, inputs: false, outputs: false }]);
    expect((await client.query(0))?.ledger.seqNo).toBe(0);
  });

  it('hears what it subscribed to', async () => {
    client.subscribe('ledger_event');
    client.subscribe('unl_change');
    await client.lastLedger();
    port.server.publish({ channel: 'ledger_event', event: 'ledger_created', ledger: LEDGER });
    port.server.publish({ channel: 'ledger_event', event: 'vote_status', voteStatus: 'desync' });
    port.server.publish({ channel: 'unl_change', unl: [UNL[0]!.publicKey] });
    client.unsubscribe('ledger_event');
    await client.lastLedger();
    port.server.publish({ channel: 'ledger_event', event: 'vote_status', voteStatus: 'synced' });
    await client.lastLedger();
    expect(events).toEqual([{ type: 'ledger', ledger: PUBLISHED }, { type: 'voteStatus', voteStatus: 'desync' }, { type: 'unl', unl: [UNL[0]!.publicKey] }]);
  });

  it('verifies outputs against the keys it trusts', async () => {
    const own = { pubkey: keys.publicKey, messages: [Buffer.from('"quoted"'), Buffer.from('plain'), Buffer.from('{"a":1}')] };
    const outputHash = userOutputHash(own);
    const root = fromHex(outputRoot([own], LEDGER.stateHash));
    const output = {
      ledgerSeqNo: 42, ledgerHash: LEDGER.hash, messages: own.messages, outputHash, hashTree: hashTreeFor([own], LEDGER.stateHash, outputHash),
      unlSignatures: UNL.map((k) => [k.publicKey, sign(root, k.privateKey)] as const),
    };
    port.server.output(keys.publicKey, output);
    port.server.output(keys.publicKey, { ...output, messages: [Buffer.from('forged')] });
    await client.lastLedger();
    client.trust([...UNL.map((k) => k.publicKey), generateKeyPair().publicKey]);
    port.server.output(keys.publicKey, output);
    await client.lastLedger();
    expect(eventsOf('output').map(({ output: { proof } }) => proof)).toEqual([
      { kind: 'verified', signed: 3, of: 3 }, { kind: 'wrong_hash' }, { kind: 'too_few_signatures', signed: 3, of: 4 },
    ]);
    expect(eventsOf('output')[0]?.output).toMatchObject({ ledgerSeqNo: 42, messages: own.messages });
    expect(eventsOf('output')[1]?.output.messages.map(String)).toEqual(['forged']);
  });
});
