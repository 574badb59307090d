import type { Hex } from '../../hotpocket/hash';
import type { Stage } from '../../hotpocket/grid';
import type { HeardRound } from './eagerRounds';
import type { Proposal } from './proposal';

/** Rounds of each member. Far more than can be under way, and one that names many displaces none but its own. */
const KEPT = 8;

interface Heard extends HeardRound {
  /** Each member's proposals by stage: whoever has no voice is not waited for, and may be stages behind. */
  readonly proposals: Map<Hex, Proposal[]>;
  /** When the last one came. */
  heardOn: number;
}

/** Which of the rounds that were heard of may be joined. */
export interface Joinable {
  /** Only later ones: by then is the last ledger, or the round that was left last. */
  readonly after: number;
  /** Only earlier ones: a member whose clock is far ahead does not take the others with it. */
  readonly before: number;
  /** Only those heard of since. */
  readonly since: number;
  /** A node in step can only take part in a round in its first two stages; any other learns from all rounds where the others are. */
  readonly inStep: boolean;
}

/** Rounds by their time, as heard of in proposals: eager rounds have no other notice of their start. */
export class HeardRounds {
  private readonly rounds = new Map<number, Heard>();

  hear(proposal: Proposal, now: number): void {
    const { time, pubkey, stage } = proposal;
    const round = this.rounds.get(time) ?? { time, since: now, proposals: new Map<Hex, Proposal[]>(), heardOn: now };
    this.rounds.set(time, round);
    round.heardOn = now;
    const others = (round.proposals.get(pubkey) ?? []).filter((p) => p.stage !== stage);
    round.proposals.set(pubkey, [...others, proposal].sort((a, b) => a.stage - b.stage));
    this.giveWay(proposal);
    if (this.rounds.size > KEPT) this.dropOldest(pubkey);
  }

  /** What the members proposed in that round, each at the newest stage that is not after ours. */
  of(time: number, stage: Stage): Proposal[] {
    const members = [...(this.rounds.get(time)?.proposals.values() ?? [])];
    return members.map((proposals) => proposals.findLast((p) => p.stage <= stage) ?? proposals[0]!);
  }

  all(): Proposal[] {
    return [...this.rounds.values()].flatMap(({ proposals }) => [...proposals.values()].flat());
  }

  /**
   * The round to join: of those that began at the same time the smallest, where some build on a newer ledger one of these. A node out of step
   * that is too late for any joins the newest.
   */
  next({ after, before, since, inStep }: Joinable): HeardRound | undefined {
    const live = [...this.rounds.values()].filter((round) => round.time > after && round.time <= before && round.since >= since);
    const early = live.filter((round) => newestStage(round) <= 1);
    const newestOf = Math.max(...early.map(newestLedger));
    const [found] = early.filter((round) => newestLedger(round) === newestOf).sort((a, b) => a.time - b.time);
    const joined = found ?? (inStep ? undefined : live.sort((a, b) => b.time - a.time)[0]);
    return joined && { time: joined.time, since: joined.since };
  }

  /** Whether a member's proposal is here for that stage of the round, or a later one; or it went on to a ledger after `lastSeqNo`. */
  isIn(member: Hex, time: number, stage: Stage, lastSeqNo: number): boolean {
    for (const round of this.rounds.values()) {
      const proposal = round.proposals.get(member)?.at(-1);
      if (proposal && (round.time === time ? proposal.stage >= stage : round.time > time && proposal.lastLedgerSeqNo > lastSeqNo)) return true;
    }
    return false;
  }

  /** Until then others may still be busy with a round that is to give a ledger after ours. */
  busyUntil(lastLedgerTime: number, stageTime: number): number {
    const underWay = [...this.rounds.values()].filter((round) => round.time > lastLedgerTime && newestStage(round) < 3);
    return Math.max(...underWay.map(({ heardOn }) => heardOn + stageTime));
  }

  /** Whoever goes over to a round of a smaller time has left the one it had begun. */
  private giveWay({ time, pubkey, lastLedgerSeqNo }: Proposal): void {
    for (const round of this.rounds.values()) {
      const later = round.time > time ? round.proposals.get(pubkey)?.at(-1) : undefined;
      if (later?.stage === 0 && later.lastLedgerSeqNo <= lastLedgerSeqNo) this.drop(round, pubkey);
    }
  }

  private dropOldest(member: Hex): void {
    const [oldest, ...newer] = [...this.rounds.values()].filter(({ proposals }) => proposals.has(member)).sort((a, b) => a.time - b.time);
    if (oldest && newer.length >= KEPT) this.drop(oldest, member);
  }

  private drop(round: Heard, member: Hex): void {
    round.proposals.delete(member);
    if (round.proposals.size === 0) this.rounds.delete(round.time);
  }

  /** Forgets the rounds up to that time. */
  forget(time: number): void {
    for (const key of this.rounds.keys()) if (key <= time) this.rounds.delete(key);
  }

  /** Forgets members that are no longer in the UNL. */
  retain(unl: readonly Hex[]): void {
    for (const round of this.rounds.values()) for (const key of round.proposals.keys()) if (!unl.includes(key)) this.drop(round, key);
  }
}

const newest = ({ proposals }: Heard): Proposal[] => [...proposals.values()].flatMap((list) => list.at(-1) ?? []);
const newestStage = (round: Heard): number => Math.max(...newest(round).map(({ stage }) => stage));
const newestLedger = (round: Heard): number => Math.max(...newest(round).map(({ lastLedgerSeqNo }) => lastLedgerSeqNo));
