import { errorText, HotPocketError, systemCode } from '../../base/errors';
import type { Steps } from './steps';

/** What went wrong in `folder` as an error of the catalogue, if the system said it. */
function coded(folder: string, error: unknown): unknown {
  return systemCode(error) === undefined || error instanceof HotPocketError
    ? error
    : new HotPocketError('STATE_IO', { folder, problem: errorText(error) }, { cause: error });
}

/** The same steps, with the system's errors as STATE_IO. */
export function* codedSteps<T>(folder: string, steps: Steps<T>): Steps<T> {
  try {
    return yield* steps;
  } catch (error) {
    throw coded(folder, error);
  }
}

/** Does something, with the system's errors as STATE_IO. */
export function withCode<T>(folder: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw coded(folder, error);
  }
}

/** Waits for something, with the system's errors as STATE_IO. */
export async function withCodeLater<T>(folder: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw coded(folder, error);
  }
}
