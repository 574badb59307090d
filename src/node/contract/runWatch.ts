import type { Clock } from '../../base/clock';
import { codedLine, HotPocketError } from '../../base/errors';
import type { RunLog } from './runOptions';

/** A run that takes so many rounds, and at least so long, is worth a word while it still runs. */
const LONG_ROUNDS = 3;
const LONG_MS = 3_000;
const LOOK_EVERY_MS = 200;

/** How a run is to be watched. */
export interface WatchedRun {
  /** Number of the ledger it follows; undefined for a read request, which holds nobody up. */
  readonly ledger: number | undefined;
  readonly roundTime: number;
  /** ms; 0 = none. */
  readonly execTimeoutMs: number;
  kill(): void;
}

/** Looks after a run while it lasts: says when it takes long, and ends it before what it prints fills the disk. */
export class RunWatch {
  /** Set once it was ended for it. */
  flood: HotPocketError | undefined;
  private lookedAt = performance.now();
  private readonly cancel: () => void;

  /** `floodBytes`: what the console log holds if that is too much. */
  constructor(private readonly run: WatchedRun, clock: Clock, log: RunLog, private readonly floodBytes: () => number | undefined) {
    const { ledger, roundTime, execTimeoutMs } = run;
    const long = Math.max(LONG_ROUNDS * roundTime, LONG_MS);
    this.cancel = ledger === undefined ? () => undefined : clock.at(clock.now() + long, () => {
      log.wrn(codedLine(new HotPocketError('CONTRACT_RUNS_LONG', { ledger, seconds: long / 1000, timeoutMs: execTimeoutMs })));
    });
  }

  /** To be called every now and then. */
  look(): void {
    if (performance.now() < this.lookedAt + LOOK_EVERY_MS) return;
    this.lookedAt = performance.now();
    const bytes = this.floodBytes();
    if (bytes === undefined || this.flood) return;
    this.flood = new HotPocketError('CONTRACT_CONSOLE_FLOOD', { megabytes: Math.round(bytes / 2 ** 20) });
    this.run.kill();
  }

  end(): void {
    this.cancel();
  }
}
