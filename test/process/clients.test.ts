import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClientLedger } from '../support/hotpocketClient';
import { CliCluster, until } from './support/cliCluster';
import { FAST, nodeContract } from './support/contracts';
import { User } from './support/users';

// The published client library against real nodes: what it verifies, and every answer it knows.

const cluster = new CliCluster({ size: 3, userPort: 18081, peerPort: 32861 });
const users: User[] = [];
let serverKeys: string[];

beforeAll(async () => {
  await cluster.deploy(await nodeContract(cluster, 'notes', FAST));
  serverKeys = (await cluster.status()).nodes.map((node) => node.publicKey);
  await cluster.advance([1, 2, 3]);
});
afterEach(async () => {
  for (const user of users.splice(0)) await user.close();
});
afterAll(() => cluster.dispose());

describe.each(['json', 'bson'] as const)('the client library over %s', (protocol) => {
  /** Outputs count for this user only if output hash, hash tree, and the signatures of all three nodes hold. */
  async function connect(node: number): Promise<User> {
    const user = await User.connect(cluster, node, { protocol, trustedServerKeys: [...serverKeys] });
    users.push(user);
    return user;
  }

  /** Keys and hashes as the library hands them out. */
  const hex = (value: unknown): string => (typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString('hex'));

  it('verifies what one user is sent', async () => {
    const user = await connect(1);
    const seqNo = await user.accepted('øne');
    const output = await user.receives('noted øne');
    expect(output.outputs.map(String)).toEqual(['noted øne', `with ledger ${seqNo}`]);
    // Outputs are agreed on with the ledger after the one that holds the input.
    expect(Number(output.ledgerSeqNo)).toBe(seqNo + 1);
    await cluster.reached(1, seqNo + 1);
    expect(hex(output.ledgerHash).slice(0, 8)).toBe(cluster.ledgers(1).find((ledger) => ledger.seqNo === seqNo + 1)?.hash);
  });

  it('verifies what many users on all nodes are sent in the same round', async () => {
    // More than the sixteen branches of one node of the hash tree.
    const many = await Promise.all(Array.from({ length: 18 }, (_, i) => connect((i % 3) + 1)));
    const submitted = await Promise.all(many.map((user, i) => user.submit(`from user ${i}`)));
    for (const [i, user] of many.entries()) {
      const status = await submitted[i]?.[0];
      expect(status?.status).toBe('accepted');
      const output = await user.receives(`noted from user ${i}`);
      expect(output.outputs.map(String)).toEqual([`noted from user ${i}`, `with ledger ${status?.ledgerSeqNo}`]);
      expect(user.received()).toHaveLength(2);
    }
    await cluster.advance([1, 2, 3]);
  });

  it('is told why an input is rejected', async () => {
    const user = await connect(2);
    const last = Number((await user.client.getLcl())?.ledgerSeqNo);
    const statusOf = async (nonce: number, maxLedger: number): Promise<unknown> => {
      const { submissionStatus } = await user.client.submitContractInput('an input', nonce, maxLedger, false);
      return submissionStatus;
    };
    const rejected = (reason: string): object => ({ status: 'rejected', reason });
    expect(await statusOf(1_000, last)).toEqual(rejected('max_ledger_expired'));
    expect(await statusOf(1_001, last + 100)).toEqual(rejected('max_ledger_offset_exceeded'));
    // No container: the number of a ledger is a whole one and not negative.
    expect(await statusOf(1_002, -1)).toEqual(rejected('bad_msg_format'));
    expect(await statusOf(1_003, last + 8)).toMatchObject({ status: 'accepted' });
    expect(await statusOf(999, last + 8)).toEqual(rejected('nonce_expired'));
  });

  it('is answered read requests that run at the same time', async () => {
    const user = await connect(3);
    const note = `for reading over ${protocol}`;
    await user.accepted(note);
    await user.receives(`noted ${note}`);
    const answers = await Promise.all(['wait 500', 'all', 'wait 501', 'wait 502', 'wait 503', 'wait 504'].map((request, i) => user.read(request, `request ${i}`)));
    expect(answers[1]).toMatch(new RegExp(`^notes (.*\n)*${note}\n$`));
    const runs = answers.filter((_, i) => i !== 1).map((answer) => /^ran from (\d+) to (\d+)$/.exec(answer)?.slice(1).map(Number) ?? []);
    // Four are configured to run at the same time; a fifth may.
    const [, , , fourthStart = Infinity] = runs.map(([from]) => from ?? Infinity).sort((a, b) => a - b);
    expect(fourthStart, answers.join('\n')).toBeLessThan(Math.min(...runs.map(([, to]) => to ?? 0)));
  });

  it('reads status, last ledger and ledgers by number', async () => {
    const user = await connect(1);
    const status = await user.client.getStatus();
    expect(status).toMatchObject({
      hpVersion: '0.6.4', voteStatus: 'synced', roundTime: 1000, contractExecutionEnabled: true, readRequestsEnabled: true, isFullHistoryNode: false, weaklyConnected: false,
    });
    expect(status?.currentUnl.map(hex)).toEqual([...serverKeys].sort());
    expect([...(status?.peers ?? [])].sort()).toEqual(['127.0.0.1:32862', '127.0.0.1:32863']);

    const lcl = await user.client.getLcl();
    const seqNo = Number(lcl?.ledgerSeqNo);
    const ledger = await user.client.getLedgerBySeqNo(seqNo, false, false) as ClientLedger & Record<string, unknown>;
    expect(Number(ledger.seqNo)).toBe(seqNo);
    expect(hex(ledger.hash)).toBe(hex(lcl?.ledgerHash));
    const line = cluster.ledgers(1).find((one) => one.seqNo === seqNo);
    expect([hex(ledger.hash), hex(ledger.stateHash), hex(ledger.configHash)].map((hash) => hash.slice(0, 8))).toEqual([line?.hash, line?.state, line?.patch]);
    const before = await user.client.getLedgerBySeqNo(seqNo - 1, false, false);
    expect(hex(ledger.prevHash)).toBe(hex(before?.hash));

    expect(Number((await user.client.getLedgerBySeqNo(0, false, false))?.seqNo)).toBe(0);
    expect(await user.client.getLedgerBySeqNo(1_000_000, false, false)).toBeNull();
    // On the real engine this ends the node when asked over BSON.
    expect(await user.client.getLedgerBySeqNo(1_000_000, true, true)).toBeNull();
    expect(await user.client.getLedgerBySeqNo(seqNo, true, true)).toMatchObject({ inputs: [], outputs: [] });
    expect(await user.client.getStatus()).not.toBeNull();
  });

  it('is told of ledgers and of the vote status', async () => {
    interface LedgerEvent { event: string; voteStatus?: string; ledger?: Record<string, unknown> & { seqNo: number; timestamp: number } }
    const user = await connect(1);
    const told = (): LedgerEvent[] => user.events as LedgerEvent[];
    const ledgers = (): NonNullable<LedgerEvent['ledger']>[] => told().flatMap(({ ledger }) => ledger ?? []);
    await user.client.subscribe('ledger_event');
    await until('three ledgers to be told', 20_000, () => (ledgers().length >= 3 ? true : undefined));
    const [first, second] = ledgers();
    expect(Number(second!.seqNo)).toBe(Number(first!.seqNo) + 1);
    expect(hex(second!.prevHash)).toBe(hex(first!.hash));
    expect(Number(second!.timestamp)).toBeGreaterThan(Number(first!.timestamp));
    for (const ledger of [first!, second!]) {
      expect(await user.client.getLedgerBySeqNo(Number(ledger.seqNo), false, false)).toEqual(ledger);
      for (const name of ['hash', 'prevHash', 'stateHash', 'configHash', 'userHash', 'inputHash', 'outputHash']) expect(hex(ledger[name]), name).toMatch(/^[0-9a-f]{64}$/);
    }

    const statuses = (): (string | undefined)[] => told().filter(({ event }) => event === 'vote_status').map(({ voteStatus }) => voteStatus);
    // On a busy machine a round may be missed, which is told as well.
    const before = statuses().length;
    await cluster.ok('stop', '3');
    await until('the vote status to change', 20_000, () => (statuses().length > before ? true : undefined));
    expect(statuses().at(-1)).toBe('unreliable');
    expect((await user.client.getStatus())?.voteStatus).toBe('unreliable');
    await cluster.ok('start', '3');
    await until('the vote status to change back', 20_000, () => (statuses().at(-1) === 'synced' ? true : undefined), () => statuses().join());
    await cluster.advance([1, 2, 3]);

    await user.client.unsubscribe('ledger_event');
    // The answer comes after the request to unsubscribe was handled.
    await user.client.getStatus();
    const count = told().length;
    await cluster.advance([1, 2, 3], 2);
    expect(told()).toHaveLength(count);
  });
});
