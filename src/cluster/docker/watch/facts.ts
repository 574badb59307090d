import type { LedgerInfo } from '../../../base/ledgers';
import type { VoteStatusText } from '../../../base/nodeLink';
import { parseLedgerCreated, parseLogLine, parseNotEnoughPeers, type LedgerCreated } from '../../../hotpocket/logLine';

/** What a node's log, and the observer if there is one, have told of one run of the node. */
export interface NodeFacts {
  /** It is up, and takes users if its hp.cfg lets it. */
  readonly listening: boolean;
  readonly voteStatus: VoteStatusText;
  /** `at`: when the node said so by its own clock, ms since 1970. */
  readonly votes?: { readonly received: number; readonly needed: number; readonly at: number };
  readonly fork: boolean;
  /** From the log with the first eight digits of the hash. */
  readonly ledger?: LedgerInfo;
  readonly weaklyConnected: boolean;
  /** Only the observer knows. */
  readonly peers?: readonly string[] | undefined;
  readonly unl?: readonly string[];
  readonly roundTime?: number;
  /** The key of the observer who is connected. */
  readonly observer?: string | undefined;
}

export const NO_FACTS: NodeFacts = { listening: false, voteStatus: 'unknown', fork: false, weaklyConnected: false };

const FORK = /^(?:No consensus on last shard hash|Cannot close ledger)\. Possible fork condition\. won:(\d+) needed:(\d+)$/;
const WEAK = 'Became weakly connected.';
const NOT_WEAK = 'No longer weakly connected.';

/** What one line of a node's log changes (reference 2.2 to 2.5). The same object where it changes nothing. */
export function withLine(facts: NodeFacts, line: string): NodeFacts {
  const parsed = parseLogLine(line);
  if (parsed?.subsystem !== 'hpc') return facts;
  const { message, time } = parsed;
  const ledger = parseLedgerCreated(message);
  if (ledger) return { ...synced(facts), ledger: withWholeHash(facts, ledger) };
  const waiting = parseNotEnoughPeers(message);
  if (waiting) return { ...facts, voteStatus: 'unreliable', votes: { received: waiting.votes, needed: waiting.needed, at: asUtc(time) }, fork: false };
  const fork = FORK.exec(message);
  if (fork) return { ...facts, voteStatus: 'unreliable', votes: { received: Number(fork[1]), needed: Number(fork[2]), at: asUtc(time) }, fork: true };
  if (message.startsWith('We are not on the consensus ledger') || /^Hpfs (?:cont|ldgr) sync: Target added\./.test(message)) return { ...synced(facts), voteStatus: 'desync' };
  if (message.startsWith('Started listening for user connections on ') || message.startsWith("User connection listner isn't started")) return { ...facts, listening: true };
  if (message === WEAK || message === NOT_WEAK) return { ...facts, weaklyConnected: message === WEAK };
  if (/^HotPocket \d/.test(message)) return NO_FACTS;
  return facts;
}

export function withText(facts: NodeFacts, text: string): NodeFacts {
  return text.split('\n').reduce(withLine, facts);
}

/** What the observer told, or nothing, goes before what is older or says less. */
export function withFacts(facts: NodeFacts, told: Partial<NodeFacts>): NodeFacts {
  const { ledger } = told;
  const known = facts.ledger;
  const newest = !ledger || ledger.seqNo < (known?.seqNo ?? 0) ? known : known && ledger.hash.startsWith(known.hash) && ledger.seqNo === known.seqNo ? { ...known, ...ledger } : ledger;
  const base = told.voteStatus === 'synced' || told.voteStatus === 'desync' ? synced(facts) : facts;
  return { ...base, ...told, ...(newest && { ledger: newest }) };
}

function withWholeHash({ ledger }: NodeFacts, { seqNo, hash, state, patch }: LedgerCreated): LedgerInfo {
  return ledger?.seqNo === seqNo && ledger.hash.startsWith(hash) ? ledger : { seqNo, hash, stateHash: state, configHash: patch };
}

/** Containers know no other time zone unless somebody gives them one. */
const asUtc = (local: Date): number => Date.UTC(local.getFullYear(), local.getMonth(), local.getDate(), local.getHours(), local.getMinutes(), local.getSeconds(), local.getMilliseconds());

/** Votes are told only when they do not suffice. */
function synced({ votes: _votes, ...facts }: NodeFacts): NodeFacts {
  return { ...facts, voteStatus: 'synced', fork: false };
}
