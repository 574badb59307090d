import { systemClock, type Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposables';
import type { ShownText } from './shownText';

/** The part of an output channel that takes text. */
export interface TextSink {
  append(text: string): void;
  replace(text: string): void;
}

// Long enough for lines that are written together to come together, too short to be noticed.
const FIRST_MS = 15;
const BETWEEN_APPENDS_MS = 100;
const BETWEEN_REPLACEMENTS_MS = 1_000;
const CALM_MS = 1_000;

/** Brings text to an output channel in batches: at once when it was quiet, and no faster than a window can take when it is not. */
export class ChannelWriter implements Disposable {
  private cancel: (() => void) | undefined;
  private waitingSince: number | undefined;
  private lastText = -Infinity;
  private lastChange = -Infinity;
  private lastReplacement = -Infinity;

  constructor(private readonly sink: TextSink, private readonly shown: ShownText, private readonly clock: Clock = systemClock) {}

  /** `leftOut`: how many lines before it are not there. */
  add(text: string, leftOut = 0): void {
    if (text === '') return;
    this.shown.skip(leftOut);
    this.shown.push(text);
    this.lastText = this.clock.now();
    this.waitingSince ??= this.lastText;
    this.schedule();
  }

  /** What comes now is another log. */
  startOver(): void {
    this.shown.startOver();
    this.schedule();
  }

  dispose(): void {
    this.cancel?.();
  }

  private get calm(): boolean {
    return this.clock.now() - this.lastText >= CALM_MS;
  }

  private schedule(): void {
    this.cancel?.();
    this.cancel = undefined;
    const due = this.shown.due(this.calm);
    if (!due) return this.scheduleTrim();
    const soonest = due === 'append' ? this.lastChange + BETWEEN_APPENDS_MS : this.lastReplacement + BETWEEN_REPLACEMENTS_MS;
    this.cancel = this.clock.at(Math.max((this.waitingSince ?? this.clock.now()) + FIRST_MS, soonest), () => this.flush());
  }

  private scheduleTrim(): void {
    if (this.shown.due(true)) this.cancel = this.clock.at(this.lastText + CALM_MS, () => this.flush());
  }

  private flush(): void {
    const change = this.shown.take(this.calm);
    const now = this.clock.now();
    this.lastChange = now;
    this.waitingSince = undefined;
    if (change?.kind === 'append') this.sink.append(change.text);
    if (change?.kind === 'replace') {
      this.lastReplacement = now;
      this.sink.replace(change.text);
    }
    this.schedule();
  }
}
