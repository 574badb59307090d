/** Lines of a node's log (reference 2.1), written and read. */
export type LogLevel = 'dbg' | 'inf' | 'wrn' | 'err';

/** From the most talkative to the most silent; a configured level shows itself and all after it. */
export const LOG_LEVELS: readonly LogLevel[] = ['dbg', 'inf', 'wrn', 'err'];

export const isLogged = (level: LogLevel, configured: LogLevel): boolean => LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(configured);

export interface LogLine {
  readonly time: Date;
  readonly level: LogLevel;
  /** 'hpc' for the node itself, 'fs' for hpfs. */
  readonly subsystem: 'hpc' | 'fs';
  readonly message: string;
}

/** A line of the node, in local time, without the newline. */
export function formatLogLine(time: Date, level: LogLevel, message: string): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')} [${level}][hpc] ${message}`;
}

// hpfs writes no milliseconds.
const LINE = /^(\d{4})(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{3}))? \[(dbg|inf|wrn|err)\]\[(hpc|fs)\] (.*)$/s;

/** What a contract printed last without a newline stands in front of what the node says next: both write to one pipe (reference 2.1). */
const AFTER_OUTPUT = /^\s*\S.*?(\d{8} \d\d:\d\d:\d\d\.\d{3} \[(?:dbg|inf|wrn|err)\]\[hpc\] .*)$/s;

/** Undefined for anything else that stands in a log, above all what the contract prints. The time is taken as local. */
export function parseLogLine(line: string): LogLine | undefined {
  const match = LINE.exec(line) ?? LINE.exec(AFTER_OUTPUT.exec(line)?.[1] ?? '');
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0, ms = 0] = match.slice(1, 8).map((part) => Number(part ?? 0));
  return {
    time: new Date(year, month - 1, day, hours, minutes, seconds, ms),
    level: match[8] as LogLevel,
    subsystem: match[9] as LogLine['subsystem'],
    message: match[10] ?? '',
  };
}

/** What a node says of a ledger it closed; the hashes are the first eight hex digits. */
export interface LedgerCreated {
  readonly seqNo: number;
  readonly hash: string;
  readonly state: string;
  readonly patch: string;
}

export function parseLedgerCreated(message: string): LedgerCreated | undefined {
  const match = /^\*{4}Ledger created\*{4} \(lcl:(\d+)-([0-9a-f]{8}) state:([0-9a-f]{8}) patch:([0-9a-f]{8})\)$/.exec(message);
  if (!match) return undefined;
  const [, seqNo, hash = '', state = '', patch = ''] = match;
  return { seqNo: Number(seqNo), hash, state, patch };
}

export function parseNotEnoughPeers(message: string): { readonly votes: number; readonly needed: number } | undefined {
  const match = /^Not enough peers proposing to perform consensus\. votes:(\d+) needed:(\d+)$/.exec(message);
  return match ? { votes: Number(match[1]), needed: Number(match[2]) } : undefined;
}
