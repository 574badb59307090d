import { encodeTimeConfig, type Stage } from '../../hotpocket/grid';
import { blake3, toHex, ZERO_HASH, type Hex } from '../../hotpocket/hash';
import { primaryShardId, type Ledger } from '../../hotpocket/ledger';
import type { LastRun } from './lastRun';
import { signProposal, type Proposal, type ProposalBody } from './proposal';
import type { ConsensusConfig, ConsensusDeps } from './types';
import { electBody } from './voting';

const NO_SHARD = { seqNo: 0, hash: ZERO_HASH };

/** Where the node that speaks stands. */
export interface Speaker {
  readonly config: ConsensusConfig;
  readonly last: Ledger;
  readonly lastRun: LastRun;
}

type Said = Pick<ProposalBody, 'time' | 'groupNonce' | 'users' | 'inputs' | 'outputHash' | 'outputSignature'>;

/** Only a validator in the UNL has a voice; a follower's opinion is not even counted by itself (reference 3.1). */
export const hasVoice = ({ role, unl, publicKey }: ConsensusConfig): boolean => role === 'validator' && unl.includes(publicKey);

/** What a node proposes, stage after stage; undefined where it has no voice. */
export class Voice {
  private nodeNonce = ZERO_HASH;
  private opening: Said | undefined;

  constructor(private readonly deps: Pick<ConsensusDeps, 'sign' | 'randomBytes'>) {}

  /** Stage 0: what this node has. */
  open(time: number, users: readonly Hex[], inputs: readonly Hex[], speaker: Speaker): Proposal | undefined {
    this.nodeNonce = toHex(blake3(this.deps.randomBytes(64)));
    const { outputs } = speaker.lastRun;
    this.opening = { time, groupNonce: '', users, inputs, outputHash: outputs?.root ?? ZERO_HASH, outputSignature: outputs?.signature ?? '' };
    return this.say(this.opening, 0, speaker);
  }

  /** The same, in a round of another time. */
  openAgain(time: number, speaker: Speaker): Proposal | undefined {
    return this.opening && this.say({ ...this.opening, time }, 0, speaker);
  }

  /** Stages 1 to 3: what the others' proposals make of it. */
  vote(stage: 1 | 2 | 3, candidates: readonly Proposal[], roundStart: number, now: number, has: (input: Hex) => boolean, speaker: Speaker): Proposal | undefined {
    const { config, lastRun: { outputs } } = speaker;
    const elected = electBody(stage, candidates, config, roundStart, now, has);
    return this.say({ ...elected, outputSignature: stage !== 3 && elected.outputHash === outputs?.root ? outputs.signature : '' }, stage, speaker);
  }

  private say(said: Said, stage: Stage, { config, last, lastRun: { stateHash, patchHash } }: Speaker): Proposal | undefined {
    if (!hasVoice(config)) return undefined;
    const body: ProposalBody = {
      stage, stateHash, patchHash,
      timeConfig: encodeTimeConfig(config),
      nodeNonce: this.nodeNonce,
      lastLedgerSeqNo: last.seqNo,
      primaryShard: primaryShardId(last),
      rawShard: NO_SHARD,
      ...said,
    };
    return signProposal(body, config.publicKey, this.deps.sign);
  }
}
