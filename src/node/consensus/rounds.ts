import { makeGrid, nextRoundStart, type Grid, type Stage, type TimeConfig } from '../../hotpocket/grid';

/** Where a node is on the time grid: the round it is in, and the stage that comes next (reference 3.2). */
export class Rounds {
  stage: Stage = 1; // So the first thing a node does is to miss a stage and align.
  /** Start of the round, ms. */
  start = 0;
  private readonly grid: Grid;

  constructor(contractId: string, time: TimeConfig) {
    this.grid = makeGrid(contractId, time);
  }

  /** The same place on another grid. */
  withTime(contractId: string, time: TimeConfig): Rounds {
    const rounds = new Rounds(contractId, time);
    rounds.stage = this.stage;
    rounds.start = this.start;
    return rounds;
  }

  /** When the next stage begins. */
  get due(): number {
    return this.start + this.grid.stageStart[this.stage];
  }

  /** Sets the time of the next stage. True if its window is missed, so that the next round begins instead. */
  align(now: number): boolean {
    const missed = this.stage !== 0 && this.due - now < this.grid.guard;
    if (missed) this.stage = 0;
    if (this.stage === 0) this.start = nextRoundStart(this.grid, now);
    return missed;
  }

  advance(): void {
    this.stage = this.stage === 3 ? 0 : ((this.stage + 1) as Stage);
  }

  /** Leaves the rest of the round out. */
  skip(): void {
    this.stage = 0;
  }

  /** Woken far too late (the machine slept, the process was frozen): what is known is out of date. */
  isStale(now: number): boolean {
    return now - this.due > this.grid.stageStart[1];
  }
}
