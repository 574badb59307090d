import { HotPocketError } from '../../base/errors';

/** How a contract process ended. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the node itself ended it, if it did: a reason to tell, or one that is told elsewhere. */
  readonly ended: HotPocketError | 'by us' | undefined;
}

/**
 * What its author should know of an end that is not the usual one; undefined if there is nothing. hpcore tells of signals only, and not of which. The
 * published library ends itself by SIGINT where it is told to (forceTerminate).
 */
export function explainEnding({ exitCode, signal, ended }: Ending): HotPocketError | undefined {
  if (ended) return ended === 'by us' ? undefined : ended;
  if (signal) return signal === 'SIGINT' ? undefined : new HotPocketError('CONTRACT_SIGNALLED', { signal });
  return exitCode ? new HotPocketError('CONTRACT_EXIT_CODE', { code: exitCode }) : undefined;
}
