import type { Hex } from '../../hotpocket/hash';
import { inputHash, orderedHash, type InputContainer, type RejectReason, type SignedInput } from '../../hotpocket/inputs';
import { parseContainer } from '../../hotpocket/protocol/container';
import { MOST_INPUTS, MOST_USERS } from './bounds';
import type { ConsensusConfig, ConsensusDeps, LedgerEntry, NonUnlProposal, RunInputs } from './types';

/** An input that was found valid and waits to be agreed upon. */
export interface CandidateInput {
  readonly orderedHash: Hex;
  readonly inputHash: Hex;
  readonly signed: SignedInput;
  readonly container: InputContainer;
}

export interface Rejection {
  readonly pubkey: Hex;
  readonly inputHash: Hex;
  readonly reason: RejectReason;
}

interface LastNonce {
  nonce: bigint;
  signature: Hex;
  maxLedgerSeqNo: number;
}

/** How many ledgers back an input is known to be done, where max_input_ledger_offset sets no bound. */
const REMEMBERED_LEDGERS = 1_000;
const REMEMBERED_USERS = 4_096;
/** What peers may send between two stages 0. Whatever is beyond it and proposed all the same is asked for (`missing.ts`). */
const RECEIVED_BYTES = 128 << 20;
/** Of inputs in one proposal, and so in a ledger about that: its proof goes to others in one message, with its inputs (`mesh/peer.ts`). */
const PROPOSED_BYTES = 8 << 20;
/** Inputs from this size on are sent to all once, when they come. */
const LARGE_BYTES = 64 << 10;
/** As many as are connected to a node at most: there is room for them whatever peers announce. */
const OWN_USERS = 64;
/** What the others did not agree to in that many rounds is no reason to hurry. */
const URGENT_ROUNDS = 3;

type Limits = Pick<ConsensusConfig, 'maxInputLedgerOffset' | 'userInputBytes'>;

/** Inputs on their way into a ledger: received, validated at stage 0, kept until agreed or expired (reference 3.8). */
export class InputPool {
  /** Received since the last stage 0, by sender's signature: the same input comes from several peers. */
  private received = new Map<Hex, SignedInput>();
  private receivedBytes = 0;
  private readonly candidates = new Map<Hex, CandidateInput>();
  private readonly nonces = new Map<Hex, LastNonce>();
  /** Ordered hash → number of the ledger that holds it. */
  private readonly done = new Map<Hex, number>();
  private readonly submittedBytes = new Map<Hex, number>();
  /** Inputs that came from this node's own users and are not yet in a ledger, by ordered hash. */
  private readonly own = new Map<Hex, CandidateInput>();
  private users = new Set<Hex>();
  /** How many stages 0 the candidates have gone through. */
  private rounds = new Map<Hex, number>();

  /** `mostReceived`: bytes of inputs that are taken from peers between two stages 0. */
  constructor(private readonly verify: ConsensusDeps['verify'], private readonly mostReceived = RECEIVED_BYTES) {}

  /** The checks made when a user hands in an input, before anyone else hears of it. */
  checkSubmit(signed: SignedInput, container: InputContainer, limits: Limits, lastSeqNo: number): RejectReason | undefined {
    const reason = ledgerReason(container, limits, lastSeqNo);
    if (reason) return reason;
    const bytes = (this.submittedBytes.get(signed.pubkey) ?? 0) + container.input.length;
    if (limits.userInputBytes > 0 && bytes > limits.userInputBytes) return 'round_inputs_overflow';
    const used = this.nonceReason(signed, container, lastSeqNo);
    if (used) return used;
    // Nonces are forgotten when a node ends, ledgers are not.
    if (this.done.has(orderedHash(container.nonce, signed.signature))) return 'already_submitted';
    this.submittedBytes.set(signed.pubkey, bytes);
    return undefined;
  }

  addOwn(signed: SignedInput): void {
    const candidate = makeCandidate(signed);
    if (candidate) this.own.set(candidate.orderedHash, candidate);
    this.received.set(signed.signature, signed);
  }

  addNup(nup: NonUnlProposal): void {
    for (const user of nup.users) if (this.users.size < MOST_USERS - OWN_USERS) this.users.add(user);
    for (const input of nup.inputs) {
      if (this.received.has(input.signature) || this.received.size >= MOST_INPUTS || this.receivedBytes + input.container.length > this.mostReceived) continue;
      this.receivedBytes += input.container.length;
      this.received.set(input.signature, ownCopy(input));
    }
  }

  addUsers(users: readonly Hex[]): void {
    for (const user of users) this.users.add(user);
  }

  /** Inputs of a ledger that was taken back wait again. */
  addReverted(inputs: readonly SignedInput[]): void {
    for (const signed of inputs) {
      const candidate = makeCandidate(signed);
      if (!candidate) continue;
      this.done.delete(candidate.orderedHash);
      this.candidates.set(candidate.orderedHash, candidate);
    }
  }

  /** Own inputs that a stage 0 has gone by without agreeing on: peers may never have had them. Large ones they have to ask for, once (missing.ts). */
  unsettledOwn(): SignedInput[] {
    return [...this.own.values()].map(({ signed }) => signed).filter(({ signature, container }) => container.length <= LARGE_BYTES && !this.received.has(signature));
  }

  /** An input is here that a round could start for. */
  get isUrgent(): boolean {
    for (const ordered of this.candidates.keys()) if ((this.rounds.get(ordered) ?? 0) < URGENT_ROUNDS) return true;
    for (const signed of this.received.values()) {
      const candidate = makeCandidate(signed);
      if (candidate && !this.knows(candidate.orderedHash)) return true;
    }
    return false;
  }

  /** Whether that user was heard of since the last stage 0. */
  hasHeardOf(user: Hex): boolean {
    return this.users.has(user);
  }

  /** Users heard of since the last call, sorted. */
  takeUsers(): Hex[] {
    const users = [...this.users].sort();
    this.users = new Set();
    return users;
  }

  /** Stage 0: validates what was received; valid inputs become candidates. */
  validate(limits: Limits, lastSeqNo: number): Rejection[] {
    const rejections: Rejection[] = [];
    const batchBytes = new Map<Hex, number>();
    const parsed: CandidateInput[] = [];
    for (const signed of this.received.values()) {
      const reject = (reason: RejectReason): void => void rejections.push({ pubkey: signed.pubkey, inputHash: inputHash(signed.signature), reason });
      if (!this.verify(signed.container, signed.signature, signed.pubkey)) reject('bad_sig');
      else {
        const candidate = makeCandidate(signed);
        if (candidate) parsed.push(candidate);
        else reject('bad_msg_format');
      }
    }
    parsed.sort((a, b) => (a.signed.pubkey + a.orderedHash < b.signed.pubkey + b.orderedHash ? -1 : 1));
    for (const candidate of parsed) {
      const { signed, container } = candidate;
      if (this.knows(candidate.orderedHash)) continue;
      const bytes = (batchBytes.get(signed.pubkey) ?? 0) + container.input.length;
      const reason = ledgerReason(container, limits, lastSeqNo)
        ?? (limits.userInputBytes > 0 && bytes > limits.userInputBytes ? 'round_inputs_overflow' : undefined)
        ?? this.nonceReason(signed, container, lastSeqNo);
      if (reason) {
        rejections.push({ pubkey: signed.pubkey, inputHash: candidate.inputHash, reason });
        continue;
      }
      batchBytes.set(signed.pubkey, bytes);
      this.rememberNonce(signed, container);
      this.candidates.set(candidate.orderedHash, candidate);
    }
    for (const { pubkey, inputHash: hash } of rejections) this.forgetOwn(pubkey, hash);
    this.received.clear();
    this.receivedBytes = 0;
    this.submittedBytes.clear();
    this.rounds = new Map([...this.candidates.keys()].map((ordered) => [ordered, (this.rounds.get(ordered) ?? 0) + 1]));
    return rejections;
  }

  /** Those of the given inputs that came since stage 0 count at once, since UNL members propose them. */
  admit(ordered: readonly Hex[], limits: Limits, lastSeqNo: number): void {
    if (this.received.size === 0) return;
    const wanted = new Set(ordered);
    this.addRequested([...this.received.values()].filter((signed) => wanted.has(makeCandidate(signed)?.orderedHash ?? '')), limits, lastSeqNo);
  }

  /**
   * Inputs we asked for because UNL members propose them. They count at once. The nonce rule is not applied: it is each
   * node's own, depends on the order of arrival, and these have passed it elsewhere. It does apply to what comes after them.
   */
  addRequested(inputs: readonly SignedInput[], limits: Limits, lastSeqNo: number): void {
    for (const signed of inputs.map(ownCopy)) {
      const candidate = makeCandidate(signed);
      if (this.candidates.size >= MOST_INPUTS) return;
      if (!candidate || this.knows(candidate.orderedHash) || ledgerReason(candidate.container, limits, lastSeqNo)) continue;
      if (!this.verify(signed.container, signed.signature, signed.pubkey)) continue;
      if (!this.nonceReason(signed, candidate.container, lastSeqNo)) this.rememberNonce(signed, candidate.container);
      this.candidates.set(candidate.orderedHash, candidate);
    }
  }

  /** True for candidates and for inputs that are in a ledger already. */
  knows(ordered: Hex): boolean {
    return this.candidates.has(ordered) || this.done.has(ordered);
  }

  /** Those of the given inputs that are here. */
  some(ordered: readonly Hex[]): SignedInput[] {
    return ordered.flatMap((hash) => this.candidates.get(hash)?.signed ?? []);
  }

  has(ordered: Hex): boolean {
    return this.candidates.has(ordered);
  }

  /** Candidate inputs to propose, sorted: all of them, or as many as one message can carry to a node that has missed the ledger. The others wait. */
  list(): Hex[] {
    let bytes = 0;
    return [...this.candidates.keys()].sort().slice(0, MOST_INPUTS).filter((ordered, i) => {
      bytes += this.candidates.get(ordered)?.signed.container.length ?? 0;
      return i === 0 || bytes <= PROPOSED_BYTES;
    });
  }

  /** The full inputs for the given hashes; undefined if one of them is not here. */
  bodies(ordered: readonly Hex[]): CandidateInput[] | undefined {
    const found = ordered.map((hash) => this.candidates.get(hash));
    return found.every((c) => c !== undefined) ? found : undefined;
  }

  /** The inputs of this ledger are done: they can't be agreed upon again. Returns those that waited here. */
  settle({ ledger, inputs }: LedgerEntry, offset: number): CandidateInput[] {
    const waited = inputs.flatMap((ordered) => this.candidates.get(ordered) ?? this.own.get(ordered) ?? []);
    for (const ordered of inputs) {
      this.own.delete(ordered);
      this.candidates.delete(ordered);
      this.done.set(ordered, ledger.seqNo);
    }
    const oldest = ledger.seqNo - rememberedLedgers(offset);
    for (const [ordered, seqNo] of this.done) {
      if (seqNo >= oldest) break;
      this.done.delete(ordered);
    }
    return waited;
  }

  /** Drops and returns what can no longer get into a ledger. */
  expire(lastSeqNo: number): Rejection[] {
    const rejections: Rejection[] = [];
    for (const [ordered, { signed, container, inputHash: hash }] of this.candidates) {
      if (container.maxLedgerSeqNo > lastSeqNo) continue;
      this.candidates.delete(ordered);
      this.own.delete(ordered);
      rejections.push({ pubkey: signed.pubkey, inputHash: hash, reason: 'max_ledger_expired' });
    }
    return rejections;
  }

  private forgetOwn(pubkey: Hex, hash: Hex): void {
    for (const [ordered, candidate] of this.own) {
      if (candidate.signed.pubkey === pubkey && candidate.inputHash === hash) this.own.delete(ordered);
    }
  }

  private nonceReason(signed: SignedInput, container: InputContainer, lastSeqNo: number): RejectReason | undefined {
    const last = this.nonces.get(signed.pubkey);
    if (!last || last.maxLedgerSeqNo <= lastSeqNo || container.nonce > last.nonce) return undefined;
    return container.nonce === last.nonce && signed.signature === last.signature ? 'already_submitted' : 'nonce_expired';
  }

  private rememberNonce(signed: SignedInput, container: InputContainer): void {
    // Forget the user longest unheard of, so that strangers cannot make the map grow.
    this.nonces.delete(signed.pubkey);
    if (this.nonces.size >= REMEMBERED_USERS) this.nonces.delete(this.nonces.keys().next().value ?? '');
    this.nonces.set(signed.pubkey, { nonce: container.nonce, signature: signed.signature, maxLedgerSeqNo: container.maxLedgerSeqNo });
  }
}

/**
 * In how many of the last ledgers an input may be that could still be taken for a new one: it named a last ledger at most `offset` ahead
 * when it was let in. A node that starts must know the inputs of that many.
 */
export const rememberedLedgers = (offset: number): number => (offset > 0 ? offset : REMEMBERED_LEDGERS);

function ledgerReason(container: InputContainer, limits: Limits, lastSeqNo: number): RejectReason | undefined {
  if (limits.maxInputLedgerOffset > 0 && container.maxLedgerSeqNo > lastSeqNo + limits.maxInputLedgerOffset) return 'max_ledger_offset_exceeded';
  return container.maxLedgerSeqNo <= lastSeqNo ? 'max_ledger_expired' : undefined;
}

/** What came in a message is a view of all of it, and would keep that alive. */
function ownCopy(signed: SignedInput): SignedInput {
  const container = Buffer.allocUnsafeSlow(signed.container.length);
  container.set(signed.container);
  return { ...signed, container };
}

/** Parses an input that somebody signed; undefined if its container is malformed. The signature is not checked. */
export function makeCandidate(signed: SignedInput): CandidateInput | undefined {
  const container = parseContainer(signed.protocol, signed.container);
  if (!container) return undefined;
  return { orderedHash: orderedHash(container.nonce, signed.signature), inputHash: inputHash(signed.signature), signed, container };
}

/** Users and inputs as the contract gets them: users by key, each one's inputs by ordered hash. */
export function runInputs(users: readonly Hex[], inputs: readonly CandidateInput[]): RunInputs[] {
  const byUser = new Map<Hex, CandidateInput[]>(users.map((user) => [user, []]));
  for (const input of inputs) {
    const list = byUser.get(input.signed.pubkey);
    if (list) list.push(input);
    else byUser.set(input.signed.pubkey, [input]);
  }
  return [...byUser].sort(([a], [b]) => (a < b ? -1 : 1)).map(([pubkey, list]) => ({
    pubkey,
    payloads: list.sort((a, b) => (a.orderedHash < b.orderedHash ? -1 : 1)).map((c) => c.container.input),
  }));
}
