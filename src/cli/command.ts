import { HotPocketError } from '../base/errors';
import type { ClusterEngine, Task } from '../cluster/engine';
import type { Output } from './output';

/** One command of the program. Its file says all about it. */
export interface Command {
  readonly name: string;
  /** Arguments and options as the first line of its help shows them. */
  readonly usage: string;
  readonly summary: string;
  /** Lines of its help below the summary. */
  readonly details: readonly string[];
  readonly options?: Options;
  /** Resolves with the exit code, if it is another than 0. */
  run(invocation: Invocation): Promise<number | void>;
}

export type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

/** What a command gets to do its work. */
export interface Invocation {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly env: NodeJS.ProcessEnv;
  readonly engine: ClusterEngine;
  readonly output: Output;
  /** Given on Ctrl+C. */
  readonly signal: AbortSignal;
}

/** Shows what the engine wants users to know while a command is at work. */
export function showNotices({ engine, output }: Invocation): void {
  engine.onDidChange((change) => {
    if (change.type === 'notice') output.warning(change);
  });
}

/** For long operations: shows their steps and notices, and Ctrl+C cancels them. */
export function watchedTask(invocation: Invocation): Task {
  showNotices(invocation);
  return { signal: invocation.signal, progress: (message) => invocation.output.progress(message) };
}

/** The only positional, a node's number; undefined if there is none. Texts as hpdevkit's (reference 9.1). */
export function nodeArgument({ positionals }: Invocation, command: Command): number | undefined {
  const [text] = positionals;
  requireAtMost(1, positionals, command);
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) throw usageError('Arg must be a number.', command);
  if (Number(text) < 1) throw usageError('Arg must be 1 or higher.', command);
  return Number(text);
}

export function requireAtMost(count: number, positionals: readonly string[], command: Command): void {
  const extra = positionals[count];
  if (extra !== undefined) throw usageError(`Unexpected argument '${extra}'.`, command);
}

export function usageError(problem: string, command: Pick<Command, 'name' | 'usage'>): HotPocketError {
  return new HotPocketError('USAGE', { problem, usage: synopsis(command) });
}

export const synopsis = ({ name, usage }: Pick<Command, 'name' | 'usage'>): string => `hotpocket ${name} ${usage}`.trimEnd();
