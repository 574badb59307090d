import { LineReader } from '../../base/lines';
import { parseLedgerCreated, parseLogLine } from '../../hotpocket/logLine';
import { recognise, type Recognised, type Trouble } from './recognise';

/** Ledgers without it, and ms by the node's own clock: a contract may fail with every third input, and with eager rounds five ledgers are soon over. */
const LEDGERS = 5;
const QUIET_MS = 10_000;

interface Standing {
  readonly trouble: Recognised;
  times: number;
  ledgers: number;
  /** ms since 1970, of the last ledger before it; 0 if there was none. */
  seenAt: number;
  /** It was said before the last start of the node. */
  old: boolean;
}

/** Reads the log of a node line by line, and knows which troubles it is in. */
export class NodeTroubles {
  private readonly standing = new Map<string, Standing>();
  private now = 0;
  private readonly lines = new LineReader();

  /** The trouble it is in now. */
  get current(): readonly Trouble[] {
    return [...this.standing.values()].filter(({ times, trouble }) => times > trouble.tolerated).map(({ trouble }) => trouble);
  }

  /** A piece of the log. Returns whether `current` may be another. */
  text(text: string): boolean {
    return this.lines.push(text).map((line) => this.line(line)).some(Boolean);
  }

  /** What comes now is another log. */
  forget(): void {
    this.standing.clear();
    this.lines.forget();
  }

  private line(text: string): boolean {
    const parsed = parseLogLine(text);
    if (parsed && parseLedgerCreated(parsed.message)) return this.onLedger(parsed.time.getTime());
    if (parsed && /^HotPocket \d/.test(parsed.message)) return this.onStart();
    if (parsed?.message.startsWith('Started listening for user connections') || parsed?.message.startsWith("User connection listner isn't started")) return this.remove(({ old }) => old);
    const trouble = recognise(text, parsed);
    if (!trouble) return false;
    const known = this.standing.get(trouble.code);
    this.standing.set(trouble.code, { trouble, times: (known?.times ?? 0) + 1, ledgers: 0, seenAt: this.now, old: false });
    return known?.trouble.message !== trouble.message || known.times <= trouble.tolerated;
  }

  private onLedger(time: number): boolean {
    this.now = time;
    for (const one of this.standing.values()) one.ledgers++;
    return this.remove(({ trouble: { lasts }, ledgers, seenAt, old }) => old || lasts === 'ledger' || (lasts === 'runs' && ledgers > LEDGERS && time - seenAt >= QUIET_MS));
  }

  /** Forgotten only when the node is up: one that cannot start says the same each time. */
  private onStart(): boolean {
    for (const one of this.standing.values()) one.old = true;
    return false;
  }

  private remove(isOver: (one: Standing) => boolean): boolean {
    const over = [...this.standing].filter(([, one]) => isOver(one));
    for (const [code] of over) this.standing.delete(code);
    return over.length > 0;
  }
}
