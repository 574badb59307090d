import { errorText, HotPocketError } from '../base/errors';
import { ConfigError } from '../hotpocket/config';

/** Why an hp.cfg.override cannot be laid over a node's configuration, with the field in question. */
export function overrideInvalid(path: string, cause: unknown): HotPocketError {
  const problem = cause instanceof ConfigError && cause.path ? `${cause.message} (${cause.path})` : errorText(cause);
  return new HotPocketError('OVERRIDE_INVALID', { path, problem }, { cause });
}
