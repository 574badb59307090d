import { ZERO_HASH, type Hex } from '../../../../src/hotpocket/hash';
import { generateKeyPair, sign, type KeyPair } from '../../../../src/hotpocket/keys';
import { GENESIS, primaryShardId, type Ledger } from '../../../../src/hotpocket/ledger';
import { makeCandidate, type CandidateInput } from '../../../../src/node/consensus/inputPool';
import { signProposal, type Proposal, type ProposalBody } from '../../../../src/node/consensus/proposal';

export const nodeKeys: readonly KeyPair[] = Array.from({ length: 5 }, () => generateKeyPair());
const userKeys = generateKeyPair();

/** A signed proposal on top of `last`; what is not given is empty. */
export function proposal({ last = GENESIS, keys = nodeKeys[0]!, ...body }: Partial<ProposalBody> & { last?: Ledger; keys?: KeyPair } = {}): Proposal {
  const full: ProposalBody = {
    stage: 0, time: 2_000, timeConfig: 200_025, nodeNonce: '0a'.repeat(32), groupNonce: body.stage === 3 ? '0b'.repeat(32) : '',
    users: [], inputs: [], outputHash: ZERO_HASH, outputSignature: '', stateHash: '0c'.repeat(32), patchHash: '0d'.repeat(32),
    lastLedgerSeqNo: last.seqNo, primaryShard: primaryShardId(last), rawShard: { seqNo: 0, hash: ZERO_HASH },
    ...body,
  };
  return signProposal(full, keys.publicKey, (message) => sign(message, keys.privateKey));
}

/** A signed input of the same user; `n` is its nonce less one. */
export function input(n: number, text = `input ${n}`, keys: KeyPair = userKeys, maxLedgerSeqNo = n + 10): CandidateInput {
  const container = Buffer.from(JSON.stringify({ input: text, nonce: n + 1, max_ledger_seq_no: maxLedgerSeqNo }));
  const signature: Hex = sign(container, keys.privateKey);
  const candidate = makeCandidate({ pubkey: keys.publicKey, protocol: 'json', container, signature });
  if (!candidate) throw new Error('not an input');
  return candidate;
}
