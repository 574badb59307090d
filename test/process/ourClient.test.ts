import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HotPocketClient, generateKeyPair, type CheckedOutput, type ClientEvent, type ClientOptions } from '../../src/client/client';
import { CliCluster, until } from './support/cliCluster';
import { FAST, nodeContract } from './support/contracts';

// Our own client against real nodes. What the published one cannot verify over JSON (strings and objects), it can.

const USER_PORT = 18461;
const cluster = new CliCluster({ size: 3, userPort: USER_PORT, peerPort: 28461 });
const clients: HotPocketClient[] = [];
let unl: string[];

beforeAll(async () => {
  await cluster.deploy(await nodeContract(cluster, 'replies', FAST));
  unl = (await cluster.status()).nodes.map((node) => node.publicKey);
  await cluster.advance([1, 2, 3]);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});
afterAll(() => cluster.dispose());

interface User { readonly client: HotPocketClient; readonly events: ClientEvent[]; readonly output: () => Promise<CheckedOutput> }

async function connect(node: number, options: Partial<ClientOptions> = {}): Promise<User> {
  const client = new HotPocketClient({ url: `wss://localhost:${USER_PORT + node - 1}`, keys: generateKeyPair(), protocol: 'json', nodeKeys: [unl[node - 1]!], trustedKeys: unl, ...options });
  clients.push(client);
  const events: ClientEvent[] = [];
  client.onEvent((event) => events.push(event));
  await client.connect();
  const outputs = (): CheckedOutput[] => events.flatMap((event) => (event.type === 'output' ? [event.output] : []));
  return { client, events, output: () => until('an output', 20_000, () => outputs()[0], () => JSON.stringify(events)) };
}

describe.each(['json', 'bson'] as const)('our client over %s', (protocol) => {
  it('submits inputs, and verifies what the contract sends, whatever it is', async () => {
    const { client, output } = await connect(1, { protocol });
    const submitted = await Promise.all(['øne', 'two'].map((text) => client.submitInput(text)));
    const outcomes = await Promise.all(submitted.map(({ status }) => status));
    for (const [i, outcome] of outcomes.entries()) expect(outcome).toMatchObject({ status: 'accepted', inputHash: submitted[i]!.inputHash });
    const { proof, messages, ledgerSeqNo } = await output();
    expect(proof).toEqual({ kind: 'verified', signed: 3, of: 3 });
    expect(messages.slice(0, 7).map(String)).toEqual(['"a string"', '{"type":"object","n":1.5}', '[1,"two"]', '7', 'true', 'plain text', 'to øne']);
    expect(messages.at(-1)?.toString()).toMatch(/^to (øne|two)$/);
    expect(ledgerSeqNo).toBe(outcomes[0]?.status === 'accepted' ? outcomes[0].ledgerSeqNo + 1 : undefined);
  });

  it('is told why an input is rejected', async () => {
    const { client } = await connect(2, { protocol });
    const outcome = async (options: Parameters<HotPocketClient['submitInput']>[1]): Promise<unknown> => (await client.submitInput('x', options)).status;
    expect(await outcome({ maxLedgerOffset: 0 })).toMatchObject({ status: 'rejected', reason: 'max_ledger_expired' });
    expect(await outcome({ maxLedgerOffset: 100 })).toMatchObject({ status: 'rejected', reason: 'max_ledger_offset_exceeded' });
    expect(await outcome({})).toMatchObject({ status: 'accepted' });
    expect(await outcome({ nonce: 1n })).toMatchObject({ status: 'rejected', reason: 'nonce_expired' });
  });

  it('reads, and gets every answer', async () => {
    const { client } = await connect(3, { protocol });
    const answers = await Promise.all(['a', 'b'].map((text) => client.readRequest(text)));
    const string = protocol === 'json' ? 'a string' : '"a string"';
    for (const [i, text] of ['a', 'b'].entries()) expect(answers[i]?.map(String)).toEqual([string, '{"type":"object","n":1.5}', '[1,"two"]', '7', 'true', 'plain text', `to ${text}`]);
  });

  it('reads status and ledgers, and follows them', async () => {
    const { client, events } = await connect(1, { protocol });
    client.subscribe('ledger_event');
    // A busy machine misses a round now and then, and is back in the next.
    await expect.poll(() => client.status()).toMatchObject({ hpVersion: '0.6.4', voteStatus: 'synced', roundTime: 1000, currentUnl: [...unl].sort() });
    const ledgers = await until('two ledgers', 20_000, () => {
      const told = events.flatMap((event) => (event.type === 'ledger' ? [event.ledger] : []));
      return told.length >= 2 ? told : undefined;
    });
    expect(ledgers[1]?.prevHash).toBe(ledgers[0]?.hash);
    expect(await client.query(ledgers[0]!.seqNo)).toEqual({ ledger: ledgers[0] });
    expect(await client.query(ledgers[0]!.seqNo, { inputs: true, outputs: true })).toEqual({ ledger: ledgers[0], inputs: [], outputs: [] });
    expect(await client.query(1_000_000, { inputs: true, outputs: true })).toBeUndefined();
    expect((await client.lastLedger()).seqNo).toBeGreaterThanOrEqual(ledgers[1]!.seqNo);
  });

  it('is one of the users that the node tells of, and is not after it left', async () => {
    const { client } = await connect(2, { protocol });
    const users = async (): Promise<readonly string[] | undefined> => (await cluster.status()).nodes[1]?.users;
    await until('the user to be told of', 30_000, async () => ((await users())?.includes(client.publicKey) ? true : undefined));
    const twin = new HotPocketClient({ url: `wss://localhost:${USER_PORT + 1}`, keys: generateKeyPair(), protocol, nodeKeys: [unl[0]!] });
    await expect(twin.connect()).rejects.toMatchObject({ code: 'CLIENT_UNEXPECTED_NODE' });
    await client.close();
    await until('the user to be gone', 30_000, async () => ((await users())?.length === 0 ? true : undefined), async () => JSON.stringify(await users()));
  });
});

it('the same key a second time is told apart from all other failures', async () => {
  const keys = generateKeyPair();
  const { client } = await connect(1, { keys });
  await expect(connect(1, { keys })).rejects.toMatchObject({ code: 'CLIENT_KEY_IN_USE' });
  await connect(2, { keys });
  expect((await client.status()).hpVersion).toBe('0.6.4');
});

it('a node that stops and starts again is found again, and takes inputs again', async () => {
  const { client, events } = await connect(3, { reconnect: { everyMs: 200, forMs: 60_000 } });
  await cluster.ok('stop', '3');
  await until('the end to be told', 30_000, () => events.find((event) => event.type === 'disconnected'));
  await expect(client.submitInput('x')).rejects.toMatchObject({ code: 'CLIENT_DISCONNECTED' });
  await cluster.ok('start', '3');
  await until('the connection', 20_000, () => (events.filter((event) => event.type === 'connected').length === 2 ? true : undefined));
  await cluster.advance([1, 2, 3]);
  expect(await (await client.submitInput('x')).status).toMatchObject({ status: 'accepted' });
});
