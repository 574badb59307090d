import { describe, expect, it } from 'vitest';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { NplRouter } from '../../../src/node/contract/npl';
import type { ContractRun } from '../../../src/node/contract/types';

// Which NPL messages come to a run (reference 7.5).

const keys = Array.from({ length: 3 }, () => generateKeyPair());
const ledger = (seqNo: number) => ({ seqNo, hash: seqNo.toString(16).padStart(64, '0') });

function router(member = 0, mayBeHeard = true) {
  const log: string[] = [];
  const isMember = (key: string): boolean => keys.slice(0, 2).some(({ publicKey }) => publicKey === key);
  return { npl: new NplRouter(keys[member]!, () => mayBeHeard, isMember, (line) => log.push(line)), log };
}

function run(): { process: ContractRun; heard: string[] } {
  const heard: string[] = [];
  const deliverNpl = (sender: string, data: Uint8Array): void => void heard.push(`${keys.findIndex(({ publicKey }) => publicKey === sender)} ${Buffer.from(data).toString()}`);
  return { heard, process: { deliverNpl, kill: () => undefined, done: new Promise(() => undefined) } };
}

describe('an NPL message', () => {
  function sent(text: string, seqNo: number, member = 1) {
    const { npl } = router(member);
    npl.begin(ledger(seqNo), run().process);
    return npl.outgoing(Buffer.from(text))!;
  }

  it('comes to the run of its ledger, and to nobody else', () => {
    const { npl, log } = router();
    const { process, heard } = run();
    npl.begin(ledger(5), process);
    expect(npl.incoming(sent('hello', 5))).toBe(true);
    npl.incoming(sent('late', 4));
    npl.incoming({ ...sent('other history', 5), ledgerHash: ledger(6).hash });
    npl.end();
    npl.incoming(sent('after the end', 5));
    expect([heard, log]).toEqual([['1 hello'], []]);
  });

  it('that comes before its run has begun waits for it: others may begin some milliseconds earlier', () => {
    const { npl } = router();
    const [first, second] = [run(), run()];
    npl.begin(ledger(5), first.process);
    npl.end();
    npl.incoming(sent('one', 6));
    npl.incoming(sent('two', 6));
    npl.begin(ledger(6), second.process);
    expect([first.heard, second.heard]).toEqual([[], ['1 one', '1 two']]);
  });

  it('has room to wait even though a node that catches up never runs the ledgers whose messages wait', () => {
    const { npl } = router();
    const { process, heard } = run();
    const old = Array.from({ length: 1_023 }, (_, i) => sent(`old ${i}`, 6));
    for (const message of old) npl.incoming(message);
    npl.incoming(sent('one', 9));
    npl.incoming(sent('two', 9));
    npl.begin(ledger(9), process);
    expect(heard).toEqual(['1 one', '1 two']);
    // Of one ledger the first ones are kept.
    const other = router().npl;
    const { process: again, heard: kept } = run();
    for (const message of [...old, sent('one too many', 6)]) other.incoming(message);
    other.begin(ledger(6), again);
    expect([kept.length, kept.at(-1)]).toEqual([1_023, '1 old 1022']);
  });

  it('comes back to its sender', () => {
    const { npl } = router();
    const { process, heard } = run();
    npl.begin(ledger(5), process);
    expect(npl.outgoing(Buffer.from('mine'))).toMatchObject({ pubkey: keys[0]!.publicKey, ledgerSeqNo: 5 });
    expect(heard).toEqual(['0 mine']);
  });

  it('of a node that has no voice is for nobody, not even itself', () => {
    const { npl } = router(0, false);
    const { process, heard } = run();
    npl.begin(ledger(5), process);
    expect([npl.outgoing(Buffer.from('mine')), heard]).toEqual([undefined, []]);
  });

  it('is refused of who is not in the UNL, which is said, and with a wrong signature', () => {
    const { npl, log } = router();
    const { process, heard } = run();
    npl.begin(ledger(5), process);
    expect(npl.incoming(sent('stranger', 5, 2))).toBe(false);
    expect(log).toEqual(['Peer npl message pubkey verification failed. Not in UNL.']);
    expect(npl.incoming({ ...sent('true', 5), data: Buffer.from('false') })).toBe(false);
    expect([heard, log.length]).toEqual([[], 1]);
  });
});
