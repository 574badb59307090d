import { errorText, HotPocketError } from '../base/errors';
import { ConfigError } from '../hotpocket/config';

/** Why an hp.cfg.override cannot be laid over a node's configuration, with the field in question, or the place in its text. */
export function overrideInvalid(path: string, text: string, cause: unknown): HotPocketError {
  return new HotPocketError('OVERRIDE_INVALID', { path, problem: problemOf(cause, text).replace(/[^.]$/, '$&.') }, { cause });
}

function problemOf(cause: unknown, text: string): string {
  if (cause instanceof ConfigError && cause.path) return `${cause.message} (${cause.path})`;
  const problem = errorText(cause);
  // Some versions of Node.js tell only the position.
  const [said, position] = cause instanceof SyntaxError ? (/ at position (\d+).*$/s.exec(problem) ?? []) : [];
  if (said === undefined) return problem;
  const before = text.slice(0, Number(position)).split('\n');
  return `${problem.slice(0, -said.length)} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}
