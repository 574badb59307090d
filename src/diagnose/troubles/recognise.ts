import type { ErrorCode } from '../../base/errors';
import { parseLogLine, type LogLine } from '../../hotpocket/logLine';
import type { Severity } from '../finding';
import { CODED_PROBLEMS, KNOWN, parseCodedLine, UNTIL_LEDGER, type Lasts } from './known';

/** What is wrong, and what to do about it. */
export interface Trouble {
  readonly code: ErrorCode;
  readonly severity: Severity;
  readonly message: string;
  readonly remedy: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Recognised extends Trouble {
  readonly lasts: Lasts;
  readonly tolerated: number;
}

// Where several nodes' logs are shown together.
const NODE_PREFIX = /^node \d+ \| /;

/** What a line of a node's log tells of a known failure (reference 2.6, 3.10); undefined if nothing. `parsed`: the line, where it is the node's own. */
export function recognise(text: string, parsed = parseLogLine(text)): Recognised | undefined {
  return parsed ? ofNode(parsed) : ofContract(text);
}

/** The same for a line as it is shown. */
export const explainLine = (shown: string): Recognised | undefined => recognise(shown.replace(NODE_PREFIX, ''));

function ofNode(line: LogLine): Recognised | undefined {
  const coded = line.level === 'err' || line.level === 'wrn' || line.message.startsWith('CLUSTER_FORKED') ? parseCodedLine(line.message) : undefined;
  if (!coded) return compare('by node', line.message);
  const { code, text } = coded;
  const severity = line.level === 'err' || CODED_PROBLEMS.includes(code) ? 'problem' : 'warning';
  return { code, severity, message: text, remedy: '', details: {}, lasts: UNTIL_LEDGER.includes(code) ? 'ledger' : 'runs', tolerated: 0 };
}

/** No line of a contract is longer that says what is looked for. */
const MOST_CHARS = 2_000;

const ofContract = (text: string): Recognised | undefined => compare('by contract', text.slice(0, MOST_CHARS));

function compare(said: (typeof KNOWN)[number]['said'], text: string): Recognised | undefined {
  for (const known of KNOWN) {
    const match = known.said === said ? known.line.exec(text) : null;
    if (!match) continue;
    const { code, message, remedy, details } = known.error(match);
    return { code, severity: known.severity, message, remedy, details: { ...details }, lasts: known.lasts, tolerated: known.tolerated ?? 0 };
  }
  return undefined;
}
