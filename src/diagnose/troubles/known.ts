import { constants } from 'node:os';
import { catalogue, HotPocketError, type ErrorCode } from '../../base/errors';
import type { Severity } from '../finding';

/** When a trouble that is not told of any more is over. */
export type Lasts =
  /** With the next ledger. */
  | 'ledger'
  /** After some ledgers without it. */
  | 'runs'
  /** When the node came up after another start. */
  | 'start';

/** A failure that is known by a line in a node's log (reference 2, 3.10). */
export interface KnownTrouble {
  readonly severity: Severity;
  /** Who says it: the node itself, in its own lines, or the contract, in anything else. */
  readonly said: 'by node' | 'by contract';
  readonly line: RegExp;
  readonly error: (match: RegExpExecArray) => HotPocketError;
  readonly lasts: Lasts;
  /** So many times within `Lasts` is nothing unusual. */
  readonly tolerated?: number;
}

/** Said as hpcore's child does, and by our nodes with a code after it. */
const NOT_STARTED = /^(?<errno>\d+): (?:Contract process (?<step>execve\(\)|chdir|setgid\/uid) failed\.|Failed to set contract process resource limits\.)/;

const error = <C extends ErrorCode>(...args: ConstructorParameters<typeof HotPocketError<C>>): HotPocketError => new HotPocketError<C>(...args);

/** In the order in which a line is compared. */
export const KNOWN: readonly KnownTrouble[] = [
  { severity: 'problem', said: 'by contract', lasts: 'runs', line: NOT_STARTED, error: ({ groups }) => error('CONTRACT_NOT_STARTED', { reason: errnoText(Number(groups?.errno)) }) },
  { severity: 'problem', said: 'by contract', lasts: 'runs', line: /Cannot find (?:module|package) (?<module>'[^']+')|ModuleNotFoundError: No module named (?<python>'[^']+')|can't open file (?<file>'[^']+'): \[Errno 2\]/, error: ({ groups }) => error('CONTRACT_MODULE_NOT_FOUND', { module: inContract(groups?.module ?? groups?.python ?? groups?.file ?? '') }) },
  { severity: 'problem', said: 'by contract', lasts: 'runs', line: /^(?:Error|ImportError): (?<text>.*(?:invalid ELF header|file too short|wrong ELF class|cannot open shared object file|not a mach-o file|was compiled against a different Node\.js version|incompatible architecture|not a valid Win32 application).*)/, error: ({ groups }) => error('CONTRACT_MODULE_UNLOADABLE', { text: groups?.text ?? '' }) },
  { severity: 'problem', said: 'by contract', lasts: 'runs', line: /HotPocket smart contracts must be executed via HotPocket/, error: () => error('CONTRACT_NOT_VIA_HOTPOCKET', {}) },
  { severity: 'problem', said: 'by contract', lasts: 'runs', line: /(?:EACCES: permission denied|EROFS: read-only file system)(?:, \w+)?(?: (?<node>'[^']+'))?|PermissionError: \[Errno 13\] Permission denied(?:: (?<python>'[^']+'))?/, error: ({ groups }) => error('CONTRACT_PERMISSION_DENIED', { file: inContract(groups?.node ?? groups?.python ?? 'a file') }) },
  // A frame of a stack, as Node.js and Python print it of what nobody caught, and the contract library, which goes on. Others may do so on purpose.
  { severity: 'warning', said: 'by contract', lasts: 'runs', line: /^\s+(?:at .*|File "[^"]*)\/contract_fs\/[^:"]*\/state\/[^:"]+(?::\d+:\d+\)?$|", line \d+)/, error: () => error('CONTRACT_PRINTED_ERROR', {}) },
  { severity: 'problem', said: 'by node', lasts: 'runs', line: /^Contract process timeout of (?<ms>\d+)ms exceeded\.$/, error: ({ groups }) => error('CONTRACT_TIMED_OUT', { timeoutMs: Number(groups?.ms) }) },
  { severity: 'note', said: 'by node', lasts: 'runs', line: /^Contract process (?<readonly>\(rdonly\) )?ended prematurely\. (?:\((?<mode>\w+)\) )?Exit code \d+$/, error: ({ groups }) => error('CONTRACT_ENDED_BY_SIGNAL', { readonly: groups?.readonly !== undefined || groups?.mode === 'read_req' }) },
  { severity: 'problem', said: 'by node', lasts: 'runs', line: /^Post-exec script (?:could not be started|ended prematurely)/, error: () => error('POST_EXEC_FAILED', {}) },
  // Once is how a node catches up that was too slow for a round.
  { severity: 'problem', said: 'by node', lasts: 'runs', tolerated: 2, line: /^Hpfs cont sync: Target added\. Hash:[0-9a-f]{8} \/state$/, error: () => error('STATE_DIFFERS', {}) },
  { severity: 'problem', said: 'by node', lasts: 'runs', line: /^Consensus output hash didn't match our output hash\.$/, error: () => error('OUTPUT_DIFFERS', {}) },
  // In one round a node may have been slow, or just came back.
  { severity: 'problem', said: 'by node', lasts: 'ledger', tolerated: 1, line: /^Not enough peers proposing to perform consensus\. votes:(?<votes>\d+) needed:(?<needed>\d+)$/, error: votes('NOT_ENOUGH_PEERS') },
  { severity: 'problem', said: 'by node', lasts: 'ledger', tolerated: 1, line: /Possible fork condition\. won:(?<votes>\d+) needed:(?<needed>\d+)$/, error: votes('POSSIBLE_FORK') },
  { severity: 'note', said: 'by node', lasts: 'runs', line: /^Fork: ledger \d+ was /, error: () => error('LEDGERS_TAKEN_BACK', {}) },
  { severity: 'problem', said: 'by node', lasts: 'start', line: /^User hpws server creation failed\. (?<code>\S+) (?<text>.*) Port: (?<port>\d+)$/, error: ({ groups: { code = '', text = '', port = '' } = {} }) => error('USER_PORT_FAILED', { port: Number(port), code, text, problem: text }) },
  { severity: 'problem', said: 'by node', lasts: 'start', line: /^Peer hpws server creation failed\. (?<text>.*) Port: (?<port>\d+)$/, error: ({ groups }) => error('PEER_PORT_FAILED', { port: Number(groups?.port), text: `${groups?.text ?? ''}.` }) },
];

/** Of a path in a node's copy of the contract, what the author knows. */
const inContract = (quoted: string): string => quoted.replace(/^'.*\/contract_fs\/(?:.*\/)?state\//, "'");

function votes(code: 'NOT_ENOUGH_PEERS' | 'POSSIBLE_FORK'): KnownTrouble['error'] {
  return ({ groups }) => error(code, { votes: Number(groups?.votes), needed: Number(groups?.needed) });
}

function errnoText(errno: number): string {
  const name = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `error ${errno}`;
  const words: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EACCES: 'permission denied', ENOEXEC: 'it is no program for this machine', EPERM: 'it is not allowed', ENOTDIR: 'its folder is a file' };
  return words[name] === undefined ? name : `${words[name]} (${name})`;
}

/** What our nodes say with a code that is more than a warning, and what is over with the next ledger. */
export const CODED_PROBLEMS: readonly ErrorCode[] = ['CONTRACT_STATE_DIFFERS', 'CONTRACT_OUTPUT_DIFFERS', 'CONTRACT_TIMED_OUT', 'CONTRACT_RUNS_LONG', 'CONTRACT_CONSOLE_FLOOD', 'CONTRACT_SIGNALLED', 'CLUSTER_FORKED'];
export const UNTIL_LEDGER: readonly ErrorCode[] = ['CONTRACT_RUNS_LONG', 'CLUSTER_FORKED'];

/** An error of the catalogue as a line says it (`codedLine`): code, and what happened with what to do. */
export function parseCodedLine(message: string): { readonly code: ErrorCode; readonly text: string } | undefined {
  const [, code = '', text = ''] = /^([A-Z][A-Z_]+): (.*)$/s.exec(message) ?? [];
  return Object.hasOwn(catalogue, code) ? { code: code as ErrorCode, text } : undefined;
}
