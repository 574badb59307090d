import { makeGrid, nextRoundStart, type Grid, type Stage, type TimeConfig } from '../../hotpocket/grid';

/** Where a node is in time: the round it is in, and the stage that comes next (reference 3.2). */
export class Rounds {
  stage: Stage = 1; // So the first thing a node does is to miss a stage and align.
  /** Start of the round, ms. */
  start = 0;
  /** Eager rounds: since when the stage before `stage`, or the pause between two rounds, lasts here. */
  since = 0;
  /** Eager rounds: none is under way. */
  between = true;
  /** Eager rounds: the start of the last one that was left. */
  left = 0;
  private readonly grid: Grid;

  constructor(contractId: string, time: TimeConfig) {
    this.grid = makeGrid(contractId, time);
  }

  /** The same place on another grid. */
  withTime(contractId: string, time: TimeConfig): Rounds {
    const { stage, start, since, between, left } = this;
    return Object.assign(new Rounds(contractId, time), { stage, start, since, between, left });
  }

  /** When the next stage begins. */
  get due(): number {
    return this.start + this.grid.stageStart[this.stage];
  }

  /** Sets the time of the next stage. True if its window is missed, so that the next round begins instead. */
  align(now: number, lastLedgerTime: number): boolean {
    const missed = this.stage !== 0 && this.due - now < this.grid.guard;
    if (missed) this.stage = 0;
    if (this.stage === 0) this.start = this.startAfter(now, lastLedgerTime);
    return missed;
  }

  advance(now: number): void {
    this.stage = this.stage === 3 ? 0 : ((this.stage + 1) as Stage);
    this.since = now;
  }

  /** Leaves the rest of the round out. */
  skip(): void {
    this.stage = 0;
  }

  /** Woken far too late (the machine slept, the process was frozen): what is known is out of date. */
  isStale(now: number): boolean {
    return now - this.due > this.patience;
  }

  get patience(): number {
    return this.grid.stageStart[1];
  }

  // --- Eager rounds ---------------------------------------------------------------------------------------------

  /** The stage under way. */
  get current(): Stage | undefined {
    return this.between ? undefined : (((this.stage + 3) % 4) as Stage);
  }

  /** How long the stage under way lasts on the grid. */
  get stageTime(): number {
    const { stageStart, roundTime } = this.grid;
    return this.stage === 0 ? roundTime - stageStart[3] : stageStart[this.stage] - stageStart[(this.stage - 1) as Stage];
  }

  /**
   * When a round starts without any other reason: at the start on the grid that follows the last round's. It may be late, because the last
   * round took longer or because others are busy until then, as long as stage 1 can still begin in time.
   */
  roundDue(now: number, busyUntil: number): number {
    const { roundTime, guard } = this.grid;
    const latest = this.patience - guard;
    const first = this.startAfter(this.since - latest, this.start);
    const next = nextRoundStart(this.grid, now);
    const due = now <= first + latest ? first : now <= next - roundTime + latest ? next - roundTime : next;
    return Math.min(Math.max(due, Math.ceil(busyUntil)), due + latest);
  }

  begin(time: number, since: number): void {
    this.start = time;
    this.since = since;
    this.between = false;
  }

  rest(now: number): void {
    this.left = this.start;
    this.stage = 0;
    this.since = now;
    this.between = true;
  }

  /** From the grid, where `stage` is what comes next, and `start` is the next round's from stage 3 on. `under`: what is under way. */
  becomeEager(now: number, under: 'stage 0' | 'a stage' | 'nothing'): void {
    const { roundTime, stageStart } = this.grid;
    if (under !== 'stage 0' && this.stage === 0) this.start -= roundTime;
    if (under === 'nothing') return this.rest(now);
    this.since = this.start + stageStart[under === 'stage 0' ? 0 : (((this.stage + 3) % 4) as Stage)];
    this.between = false;
  }

  /** The first start on the grid after both. A time that is far ahead of the clock is none to wait for. */
  private startAfter(now: number, time: number): number {
    return nextRoundStart(this.grid, Math.max(now, Math.min(time, now + this.grid.roundTime)));
  }
}
