import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClientLedger, ClientStatus } from '../support/hotpocketClient';
import { CliCluster, until } from './support/cliCluster';
import { FAST, nodeContract } from './support/contracts';
import { User } from './support/users';

// The published client library against real nodes: what it verifies, and every answer it knows. Over both protocols at the
// same time, so the rounds are waited for once.

type Protocol = 'json' | 'bson';
interface Session { readonly protocol: Protocol; readonly connect: (node: number) => Promise<User> }

const cluster = new CliCluster({ size: 3, userPort: 18081, peerPort: 28081 });
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

/** Outputs count for this user only if output hash, hash tree, and the signatures of all three nodes hold. */
async function connect(node: number, protocol: Protocol): Promise<User> {
  const user = await User.connect(cluster, node, { protocol, trustedServerKeys: [...serverKeys] });
  users.push(user);
  return user;
}

function overBoth(test: (session: Session) => Promise<void>): () => Promise<void> {
  const over = async (protocol: Protocol): Promise<void> => {
    try {
      await test({ protocol, connect: (node) => connect(node, protocol) });
    } catch (error) {
      if (error instanceof Error) error.message = `over ${protocol}: ${error.message}`;
      throw error;
    }
  };
  return async () => void (await Promise.all([over('json'), over('bson')]));
}

/** A busy machine misses a round now and then, and is back in the next. */
const synced = (user: User): Promise<ClientStatus> => until('a node in step', 20_000, async () => {
  const status = await user.client.getStatus();
  return status?.voteStatus === 'synced' ? status : undefined;
});

/** Keys and hashes as the library hands them out. */
const hex = (value: unknown): string => (typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString('hex'));

describe.sequential('the client library', () => {
  it('verifies what one user is sent', overBoth(async ({ protocol, connect }) => {
    const user = await connect(1);
    const seqNo = await user.accepted(`øne over ${protocol}`);
    const output = await user.receives(`noted øne over ${protocol}`);
    expect(output.outputs.map(String)).toEqual([`noted øne over ${protocol}`, `with ledger ${seqNo}`]);
    // Outputs are agreed on with the ledger after the one that holds the input.
    expect(Number(output.ledgerSeqNo)).toBe(seqNo + 1);
    await cluster.reached(1, seqNo + 1);
    expect(hex(output.ledgerHash).slice(0, 8)).toBe(cluster.ledgers(1).find((ledger) => ledger.seqNo === seqNo + 1)?.hash);
  }));

  it('verifies what many users on all nodes are sent in the same round', overBoth(async ({ protocol, connect }) => {
    // With those over the other protocol more than the sixteen branches of one node of the hash tree.
    const many = await Promise.all(Array.from({ length: 9 }, (_, i) => connect((i % 3) + 1)));
    const submitted = await Promise.all(many.map((user, i) => user.submit(`from ${protocol} user ${i}`)));
    for (const [i, user] of many.entries()) {
      const status = await submitted[i]?.[0];
      expect(status?.status).toBe('accepted');
      const output = await user.receives(`noted from ${protocol} user ${i}`);
      expect(output.outputs.map(String)).toEqual([`noted from ${protocol} user ${i}`, `with ledger ${status?.ledgerSeqNo}`]);
      expect(user.received()).toHaveLength(2);
    }
  }));

  it('tells why an input is rejected', overBoth(async ({ connect }) => {
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
  }));

  it('is answered read requests that run at the same time', overBoth(async ({ protocol, connect }) => {
    const user = await connect(3);
    const answers = await Promise.all(['wait 500', 'all', 'wait 501', 'wait 502', 'wait 503', 'wait 504'].map((request, i) => user.read(request, `request ${i}`)));
    expect(answers[1]).toMatch(new RegExp(`^notes (.*\n)*øne over ${protocol}\n`));
    const runs = answers.filter((_, i) => i !== 1).map((answer) => /^ran from (\d+) to (\d+)$/.exec(answer)?.slice(1).map(Number) ?? []);
    expect(runs.every((run) => run.length === 2), answers.join('\n')).toBe(true);
    // Four are configured to; that not even two do, no busy machine brings about.
    const overlap = runs.some(([from], i) => runs.some(([began, ended], j) => i !== j && from! >= began! && from! < ended!));
    expect(overlap, answers.join('\n')).toBe(true);
  }));

  it('reads status, last ledger and ledgers by number', overBoth(async ({ connect }) => {
    const user = await connect(1);
    const status = await synced(user);
    expect(status).toMatchObject({
      hpVersion: '0.6.4', voteStatus: 'synced', roundTime: 1000, contractExecutionEnabled: true, readRequestsEnabled: true, isFullHistoryNode: false, weaklyConnected: false,
    });
    expect(status.currentUnl.map(hex)).toEqual([...serverKeys].sort());
    expect([...status.peers].sort()).toEqual(['127.0.0.1:28082', '127.0.0.1:28083']);

    const lcl = await user.client.getLcl();
    const seqNo = Number(lcl?.ledgerSeqNo);
    const ledger = await user.client.getLedgerBySeqNo(seqNo, false, false) as ClientLedger & Record<string, unknown>;
    expect(Number(ledger.seqNo)).toBe(seqNo);
    expect(hex(ledger.hash)).toBe(hex(lcl?.ledgerHash));
    await cluster.reached(1, seqNo);
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
  }));

  it('tells of ledgers', overBoth(async ({ connect }) => {
    const user = await connect(1);
    await user.client.subscribe('ledger_event');
    const ledgers = await until('three ledgers to be told', 20_000, () => (user.ledgersTold().length >= 3 ? user.ledgersTold() : undefined));
    for (const [i, ledger] of ledgers.entries()) {
      const before = ledgers[i - 1];
      if (before) {
        expect(Number(ledger.seqNo)).toBe(Number(before.seqNo) + 1);
        expect(hex(ledger.prevHash)).toBe(hex(before.hash));
        expect(Number(ledger.timestamp)).toBeGreaterThan(Number(before.timestamp));
      }
      expect(await user.client.getLedgerBySeqNo(Number(ledger.seqNo), false, false)).toEqual(ledger);
      for (const name of ['hash', 'prevHash', 'stateHash', 'configHash', 'userHash', 'inputHash', 'outputHash']) expect(hex(ledger[name]), name).toMatch(/^[0-9a-f]{64}$/);
    }
    await user.client.unsubscribe('ledger_event');
    // The answer comes after the request to unsubscribe was handled.
    await user.client.getStatus();
    const count = user.ledgersTold().length;
    await cluster.advance([1, 2, 3]);
    expect(user.ledgersTold()).toHaveLength(count);
  }));

  it('tells of the vote status', async () => {
    const both = await Promise.all([connect(1, 'json'), connect(2, 'bson')]);
    for (const user of both) await user.client.subscribe('ledger_event');
    for (const user of both) await synced(user);
    await cluster.ok('stop', '3');
    for (const user of both) {
      await until('the vote status to change', 20_000, () => (user.statusesTold().at(-1) === 'unreliable' ? true : undefined), () => user.statusesTold().join());
      expect((await user.client.getStatus())?.voteStatus).toBe('unreliable');
    }
    await cluster.ok('start', '3');
    for (const user of both) await until('the vote status to change back', 20_000, () => (user.statusesTold().at(-1) === 'synced' ? true : undefined), () => user.statusesTold().join());
    await cluster.advance([1, 2, 3]);
  });
});
