import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hotpocketClient, type Client } from '../support/hotpocketClient';
import { CliCluster, until } from './support/cliCluster';
import { nodeContract } from './support/contracts';
import { recorded, recordFrames, shapeOf, type Frame } from './support/transcript';

// The same client library sends the same requests as when a real cluster was recorded (hpcore 0.6.4), and gets the same answers, in the
// same order, with the same fields in the same order and of the same types.

const cluster = new CliCluster({ size: 3, userPort: 18181, peerPort: 28181 });
const stops: (() => void)[] = [];

beforeAll(async () => {
  hotpocketClient.setLogLevel(1);
  await cluster.deploy(await nodeContract(cluster, 'store'));
  await cluster.advance([1, 2, 3], 2);
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});
afterAll(() => cluster.dispose());

interface Session { readonly client: Client; readonly frames: Frame[]; readonly outputs: unknown[] }

async function connect(node: number, protocol: 'json' | 'bson'): Promise<Session> {
  const url = `wss://localhost:${18180 + node}`;
  const { frames, stop } = recordFrames(url);
  const client = await hotpocketClient.createClient([url], await hotpocketClient.generateKeys(), { protocol });
  const outputs: unknown[] = [];
  client.on('contract_output', (output) => outputs.push(output));
  stops.push(() => {
    stop();
    void client.close();
  });
  expect(await client.connect()).toBe(true);
  return { client, frames, outputs };
}

const isEvent = (shape: string): boolean => /^< .*type: "ledger_event"/.test(shape);
const shapes = (frames: readonly Frame[]): string[] => frames.map(shapeOf);
/** Of ledgers. A busy machine misses a round, which is told as well; the last test compares how. */
const events = (lines: readonly string[]): string[] => [...new Set(lines.filter((line) => isEvent(line) && !line.includes('event: "vote_status"')))].sort();
const conversation = (lines: readonly string[]): string[] => lines.filter((line) => !isEvent(line)).map((line) => line.replace('vote_status: "unreliable"', 'vote_status: "synced"'));

async function subscribe({ client }: Session): Promise<void> {
  await client.subscribe('unl_change');
  await client.subscribe('ledger_event');
  await client.subscribe('health_event');
}

const accepted = async ({ client }: Session, input: string): Promise<number> => {
  const { submissionStatus } = await client.submitContractInput(input);
  const { status, ledgerSeqNo } = await submissionStatus;
  expect(status).toBe('accepted');
  return ledgerSeqNo ?? 0;
};
const outputs = (session: Session, count: number): Promise<true> => until(`output ${count}`, 20_000, () => (session.outputs.length >= count ? true : undefined));

/** What both recordings begin with. Returns the last ledger. */
async function begin(session: Session): Promise<number> {
  const { client } = session;
  await subscribe(session);
  await client.getStatus();
  await client.getLcl();
  await client.submitContractReadRequest('{"type":"stat"}');
  await client.submitContractReadRequest('{"type":"get"}');
  await accepted(session, '{"type":"set","data":"hello world"}');
  await outputs(session, 1);
  await client.submitContractReadRequest('{"type":"get"}');
  const last = await accepted(session, '{"type":"stat"}');
  await client.getStatus();
  await client.getLedgerBySeqNo(last - 1, true, true);
  await client.getLedgerBySeqNo(1, true, true);
  return last;
}

describe.sequential('the transcript of the client library', () => {
  it('is that of a real cluster over JSON', async () => {
    const session = await connect(1, 'json');
    const { client, frames } = session;
    await begin(session);
    expect(await client.getLedgerBySeqNo(99_999, true, true)).toBeNull();
    const rejected = async (nonce: number | null, maxLedger: number | null, isOffset = true): Promise<void> => {
      const { submissionStatus } = await client.submitContractInput('{"type":"set","data":"x"}', nonce, maxLedger, isOffset);
      expect((await submissionStatus).status).toBe('rejected');
    };
    await rejected(5, null);
    await rejected(5, null);
    await rejected(4, null);
    await rejected(null, 1, false);
    await rejected(null, 100_000, false);
    const { submissionStatus } = await client.submitContractInput('not json');
    await outputs(session, 2);
    expect((await submissionStatus).status).toBe('accepted');
    await cluster.advance([1]);
    const last = await accepted(session, '{"type":"bogus"}');
    // The contract dies of it and nobody answers, there and here.
    const unanswered = client.submitContractReadRequest('bad json', null, 100);
    await outputs(session, 3);
    expect(await unanswered).toBeNull();
    await cluster.reached(1, last + 2);
    const wanted = recorded('client-json.txt');
    const got = conversation(shapes(frames));
    // There, 'not json' was accepted two ledgers after the output of the input before it; here with the very ledger of that output
    // (decided difference d), and of one ledger statuses come first. Unless this machine was so slow that the round had begun without it.
    const isOutput = (line: string): boolean => line.includes('"statResult"') && line.includes('contract_output');
    const output = wanted.findIndex(isOutput);
    expect(wanted[output + 1]).toContain('status: "accepted"');
    if (got[got.findIndex(isOutput) - 1]?.includes('status: "accepted"')) wanted.splice(output, 2, wanted[output + 1]!, wanted[output]!);
    expect(got).toEqual(conversation(wanted));
    expect(events(shapes(frames))).toEqual(events(wanted));
    requireOrder(frames);
  });

  it('is that of a real cluster over BSON, until the query that a real node crashes on', async () => {
    const session = await connect(2, 'bson');
    await begin(session);
    const wanted = recorded('client-bson.txt');
    const crash = '> bson {type: "ledger_query", id: string, filter_by: "seq_no", params: {seq_no: int64}, include: ["inputs", "outputs"]}';
    // Here it is answered, as over JSON.
    expect(await session.client.getLedgerBySeqNo(99_999, true, true)).toBeNull();
    expect(conversation(shapes(session.frames))).toEqual([...conversation(wanted), '< bson {type: "ledger_query_result", reply_for: string, error: "exec_failure", results: []}']);
    expect(conversation(wanted).at(-1)).toBe(crash);
    expect(events(wanted)).toEqual(expect.arrayContaining(events(shapes(session.frames))));
  });

  it('shows the same while one of three nodes is stopped', async () => {
    const session = await connect(1, 'json');
    const { client, frames } = session;
    await subscribe(session);
    await until('node 1 to be in step', 20_000, async () => ((await client.getStatus())?.voteStatus === 'synced' ? true : undefined));
    await cluster.advance([1]);
    const isVote = (shape: string): boolean => shape.includes('event: "vote_status"');
    /** Where among the frames that is, as the last that was told of votes. */
    const told = (status: string): Promise<number> => until(status, 40_000, () => {
      const last = shapes(frames).findLastIndex(isVote);
      return frames[last] && shapeOf(frames[last]).includes(`vote_status: "${status}"`) ? last : undefined;
    });
    await cluster.ok('stop', '3');
    const stopped = await told('unreliable');
    await client.getStatus();
    await cluster.ok('start', '3');
    await told('synced');
    // Before the stop a busy machine may have missed a round, too.
    const seen = shapes(frames).filter((shape, i) => i >= stopped || !(isVote(shape) || shape.includes('vote_status: "unreliable"')));
    expect([...new Set(seen)]).toEqual(recorded('client-stop-start.txt'));
  });
});

/** Of one ledger, first the statuses of its inputs, then the outputs that it agreed on, then the event (as recorded at 94 and 95). */
function requireOrder(frames: readonly Frame[]): void {
  const kinds = ['contract_input_status', 'contract_output', 'ledger_event'];
  const told = new Map<number, string[]>();
  for (const { sent, bytes } of frames) {
    if (sent) continue;
    const message = JSON.parse(bytes.toString()) as { type: string; ledger_seq_no?: number; ledger?: { seq_no: number } };
    const seqNo = message.ledger?.seq_no ?? message.ledger_seq_no;
    if (seqNo !== undefined && kinds.includes(message.type)) told.set(seqNo, [...(told.get(seqNo) ?? []), message.type]);
  }
  const several = [...told.values()].filter((types) => types.length > 1);
  expect(several.length).toBeGreaterThanOrEqual(4);
  for (const types of several) expect(types).toEqual(kinds.filter((kind) => types.includes(kind)));
}
