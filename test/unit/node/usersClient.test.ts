import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blake3Hex, fromHex, toHex, type Hex } from '../../../src/hotpocket/hash';
import { inputHash, type InputContainer, type SignedInput } from '../../../src/hotpocket/inputs';
import { generateKeyPair, sign, verify } from '../../../src/hotpocket/keys';
import { GENESIS, type Ledger } from '../../../src/hotpocket/ledger';
import { hashTreeFor, outputRoot, userOutputHash, type UserOutput } from '../../../src/hotpocket/outputs';
import type { ContractOutput, LedgerQuery, NodeStatus, UserPortHandlers } from '../../../src/node/users/types';
import { hotpocketClient, type Client, type ClientKeys, type ClientOutput } from '../../support/hotpocketClient';
import { openUserPort, type TestPort } from '../../support/userPort';

const hash = (text: string): Hex => blake3Hex(Buffer.from(text));
const UNL = [generateKeyPair(), generateKeyPair(), generateKeyPair(), generateKeyPair(), generateKeyPair()];
const LEDGER: Ledger = {
  seqNo: 41, time: 1_795_393_331_954, hash: hash('ledger'), prevHash: hash('previous'), dataHash: hash('data'), stateHash: hash('state'),
  configHash: hash('config'), nonce: hash('nonce'), userHash: hash('users'), inputHash: hash('inputs'), outputHash: hash('outputs'),
};
const STATUS: NodeStatus = {
  hpVersion: '0.6.4', ledgerSeqNo: 41, ledgerHash: LEDGER.hash, voteStatus: 'synced', roundTime: 2000, contractExecutionEnabled: true,
  readRequestsEnabled: true, isFullHistoryNode: false, weaklyConnected: true, currentUnl: UNL.map((k) => k.publicKey).sort(), peers: ['localhost:22862'],
};

hotpocketClient.setLogLevel(2);

describe.each(['json', 'bson'] as const)('the real client over %s', (protocol) => {
  const submitted: { input: SignedInput; container: InputContainer }[] = [];
  const reads: string[] = [];
  const handlers: Partial<UserPortHandlers> = {
    status: () => STATUS,
    lastLedger: () => LEDGER,
    unl: () => STATUS.currentUnl,
    submit: (input, container) => {
      submitted.push({ input, container });
      return container.maxLedgerSeqNo > 60 ? 'max_ledger_offset_exceeded' : undefined;
    },
    read: (_pubkey, _protocol, content) => {
      const text = Buffer.from(content).toString();
      reads.push(text);
      if (text === 'fail') return Promise.reject(new Error('no contract'));
      return Promise.resolve(text === 'off' ? undefined : [Buffer.from(`1 ${text}`), Buffer.from(`2 ${text}`)]);
    },
    query: (pubkey, query) => answerQuery(pubkey, query),
  };
  let port: TestPort;
  let keys: ClientKeys;
  let client: Client;
  /** Hashes and blobs as the client hands them out. */
  const text = (value: unknown): unknown => (protocol === 'json' ? value : toHex(value as Buffer));
  const content = (value: unknown): unknown => (protocol === 'json' ? value : (value as Buffer).toString());
  const pubkey = (): Hex => toHex(keys.publicKey);

  function answerQuery(user: Hex, { seqNo, inputs, outputs }: LedgerQuery): ReturnType<UserPortHandlers['query']> {
    if (seqNo === 0) return [{ ledger: GENESIS }];
    if (seqNo !== 41) return inputs || outputs ? 'exec_failure' : [];
    return [{
      ledger: LEDGER,
      ...(inputs && { inputs: [{ pubkey: user, hash: hash('input'), nonce: 1_795_393_331_573n, blob: Buffer.from('{"a":1}') }] }),
      ...(outputs && { outputs: [{ pubkey: user, hash: hash('output'), blobs: [Buffer.from('one'), Buffer.from('two')] }] }),
    }];
  }

  beforeAll(async () => {
    port = await openUserPort({ handlers, config: { concurrentReadRequests: 1 } });
    keys = await hotpocketClient.generateKeys();
    client = await hotpocketClient.createClient([port.url], keys, {
      protocol, contractId: 'a contract', contractVersion: '1.0', trustedServerKeys: [port.keys.publicKey],
    });
    expect(await client.connect()).toBe(true);
  });
  afterAll(async () => {
    await client.close();
    await port.server.close();
  });

  it('connects, and is known by its key', () => {
    expect(port.server.connectedUsers()).toEqual([pubkey()]);
  });

  it('reads status and last ledger', async () => {
    const status = await client.getStatus();
    expect({ ...status, ledgerHash: text(status?.ledgerHash), currentUnl: status?.currentUnl.map(text) }).toEqual(STATUS);
    const lcl = await client.getLcl();
    expect([lcl?.ledgerSeqNo, text(lcl?.ledgerHash)]).toEqual([41, LEDGER.hash]);
  });

  it('submits an input that is accepted', async () => {
    const { hash: shown, submissionStatus } = await client.submitContractInput('hellö', 9_007_199_254_740_991);
    await expect.poll(() => submitted.length).toBeGreaterThan(0);
    const { input, container } = submitted.at(-1)!;
    expect(input.pubkey).toBe(pubkey());
    expect(verify(input.container, input.signature, input.pubkey)).toBe(true);
    expect(container).toEqual({ input: Buffer.from('hellö'), nonce: 9_007_199_254_740_991n, maxLedgerSeqNo: 51 });
    expect(text(shown)).toBe(inputHash(input.signature));
    port.server.inputStatus(pubkey(), { status: 'accepted', inputHash: inputHash(input.signature), ledgerSeqNo: 43, ledgerHash: hash('43') });
    const status = await submissionStatus;
    expect({ ...status, ledgerHash: text(status.ledgerHash) }).toEqual({ status: 'accepted', ledgerSeqNo: 43, ledgerHash: hash('43') });
  });

  it('submits inputs that are rejected, at once or later', async () => {
    const refused = await client.submitContractInput('x', null, 61, false);
    expect(await refused.submissionStatus).toEqual({ status: 'rejected', reason: 'max_ledger_offset_exceeded' });
    const later = await client.submitContractInput('y', null, 50, false);
    await expect.poll(() => submitted.at(-1)?.container.input.toString()).toBe('y');
    port.server.inputStatus(pubkey(), { status: 'rejected', reason: 'already_submitted', inputHash: inputHash(submitted.at(-1)!.input.signature) });
    expect(await later.submissionStatus).toEqual({ status: 'rejected', reason: 'already_submitted' });
  });

  it('reads, gets the first of several outputs, and nothing where nothing can be run', async () => {
    const answers = await Promise.all(['a', 'b', 'c'].map((request, i) => client.submitContractReadRequest(request, `id ${i}`)));
    expect(answers.map(content)).toEqual(['1 a', '1 b', '1 c']);
    expect(await client.submitContractReadRequest('off', null, 100)).toBeNull();
    expect(await client.submitContractReadRequest('fail', null, 100)).toBeNull();
    expect(port.log).toContain('err A read request could not be run: no contract');
    expect(content(await client.submitContractReadRequest('z'))).toBe('1 z');
  });

  it('hears what it subscribed to', async () => {
    const events: unknown[] = [];
    client.on('ledger_event', (event) => events.push(event));
    client.on('unl_change', (unl) => events.push((unl as unknown[]).map(text).sort()));
    port.server.publish({ channel: 'ledger_event', event: 'vote_status', voteStatus: 'desync' });
    await client.subscribe('ledger_event');
    await client.getLcl();
    port.server.publish({ channel: 'ledger_event', event: 'ledger_created', ledger: LEDGER });
    port.server.publish({ channel: 'ledger_event', event: 'vote_status', voteStatus: 'unreliable' });
    // The client subscribes to UNL changes by itself, because it has trusted keys.
    port.server.publish({ channel: 'unl_change', unl: STATUS.currentUnl.slice(1) });
    await client.unsubscribe('ledger_event');
    await client.getLcl();
    port.server.publish({ channel: 'ledger_event', event: 'vote_status', voteStatus: 'synced' });
    await client.getLcl();

    expect(events).toHaveLength(3);
    const created = events[0] as { event: string; ledger: Record<string, unknown> };
    expect(created.event).toBe('ledger_created');
    expect(created.ledger).toMatchObject({ seqNo: 41, timestamp: LEDGER.time });
    for (const field of ['hash', 'prevHash', 'stateHash', 'configHash', 'userHash', 'inputHash', 'outputHash'] as const) {
      expect(text(created.ledger[field]), field).toBe(LEDGER[field]);
    }
    expect(events[1]).toEqual({ event: 'vote_status', voteStatus: 'unreliable' });
    expect(events[2]).toEqual(STATUS.currentUnl.slice(1));
  });

  it('queries ledgers, with inputs and outputs', async () => {
    const ledger = await client.getLedgerBySeqNo(41, true, true);
    expect([ledger?.seqNo, ledger?.timestamp, text(ledger?.hash)]).toEqual([41, LEDGER.time, LEDGER.hash]);
    const [input] = ledger!.inputs!;
    expect([text(input!.pubkey), text(input!.hash), input!.nonce, text(input!.blob)])
      .toEqual([pubkey(), hash('input'), 1_795_393_331_573, toHex(Buffer.from('{"a":1}'))]);
    const [output] = ledger!.outputs!;
    expect([text(output!.pubkey), text(output!.hash), output!.blobs.map(text)])
      .toEqual([pubkey(), hash('output'), [toHex(Buffer.from('one')), toHex(Buffer.from('two'))]]);
    const bare = await client.getLedgerBySeqNo(41, false, false);
    expect(bare).not.toHaveProperty('inputs');
    expect(bare).not.toHaveProperty('outputs');
    expect((await client.getLedgerBySeqNo(0, false, false))?.seqNo).toBe(0);
    expect(await client.getLedgerBySeqNo(99_999, false, false)).toBeNull();
    // Over BSON this query ends the real engine.
    expect(await client.getLedgerBySeqNo(99_998, true, true)).toBeNull();
  });

  it('gets null from a second session of the same key, and the first goes on', async () => {
    const twin = await hotpocketClient.createClient([port.url], keys, { protocol });
    expect(await twin.connect()).toBe(true);
    expect(await twin.getStatus()).toBeNull();
    await twin.close();
    expect((await client.getStatus())?.ledgerSeqNo).toBe(41);
    expect(port.server.connectedUsers()).toEqual([pubkey()]);
  });
});

describe('contract outputs over BSON', () => {
  const STATE = hash('new state');
  const node = generateKeyPair();
  const unl = [node, ...UNL.slice(1)];
  let port: TestPort;
  let users: { keys: ClientKeys; client: Client; outputs: ClientOutput[] }[];

  beforeAll(async () => {
    port = await openUserPort({ keys: node, handlers: { unl: () => unl.map((k) => k.publicKey).sort() } });
    users = await Promise.all(Array.from({ length: 40 }, async () => {
      const keys = await hotpocketClient.generateKeys();
      const client = await hotpocketClient.createClient([port.url], keys, { protocol: 'bson', trustedServerKeys: unl.map((k) => k.publicKey) });
      const outputs: ClientOutput[] = [];
      client.on('contract_output', (output) => outputs.push(output));
      expect(await client.connect()).toBe(true);
      return { keys, client, outputs };
    }));
  }, 30_000);
  afterAll(async () => {
    await Promise.all(users.map(({ client }) => client.close()));
    await port.server.close();
  });

  function messagesFor(count: number): UserOutput[] {
    return users.slice(0, count).map(({ keys }, i) => ({
      pubkey: toHex(keys.publicKey), messages: [Buffer.from(`{"of":${count}}`), Buffer.from([i, 0, 0xff]), Buffer.alloc(i === 3 ? 0 : 70_000, i)],
    }));
  }

  function proof(outputs: readonly UserOutput[], own: UserOutput, signers = unl): ContractOutput {
    const root = fromHex(outputRoot(outputs, STATE));
    const outputHash = userOutputHash(own);
    return {
      ledgerSeqNo: 42, ledgerHash: LEDGER.hash, messages: own.messages, outputHash, hashTree: hashTreeFor(outputs, STATE, outputHash),
      unlSignatures: signers.map((k) => [k.publicKey, sign(root, k.privateKey)] as const),
    };
  }

  it.each([1, 2, 16, 17, 40])('are verified by each of %i users', async (count) => {
    const outputs = messagesFor(count);
    for (const output of outputs) port.server.output(output.pubkey, proof(outputs, output));
    await Promise.all(users.slice(0, count).map(async ({ client, outputs: received }, i) => {
      await client.getLcl();
      const [got, ...more] = received.splice(0);
      expect(more).toEqual([]);
      expect([got?.ledgerSeqNo, toHex(got?.outputHash as Buffer)]).toEqual([42, userOutputHash(outputs[i]!)]);
      expect((got?.outputs as Buffer[]).map(toHex)).toEqual(outputs[i]!.messages.map(toHex));
    }));
    for (const { outputs: received } of users) expect(received).toEqual([]);
  });

  it('are refused by the client when something was changed, or too few have signed', async () => {
    const outputs = messagesFor(17);
    const [own] = outputs as [UserOutput];
    const good = proof(outputs, own);
    port.server.output(own.pubkey, { ...good, messages: [Buffer.from('forged')] });
    port.server.output(own.pubkey, { ...good, hashTree: [...good.hashTree].reverse() });
    port.server.output(own.pubkey, proof(outputs, own, unl.slice(2)));
    await users[0]!.client.getLcl();
    expect(users[0]!.outputs).toEqual([]);
    port.server.output(own.pubkey, proof(outputs, own, unl.slice(1)));
    await users[0]!.client.getLcl();
    expect(users[0]!.outputs.splice(0)).toHaveLength(1);
  });

  it('for someone who is not connected here go nowhere', () => {
    const outputs = messagesFor(1);
    expect(() => port.server.output(generateKeyPair().publicKey, proof(outputs, outputs[0]!))).not.toThrow();
  });
});
