import type { Task } from '../../engine';

/** The promise, or the signal's reason as soon as it is given. What the promise stands for goes on. */
export async function abortable<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** The task of what follows a decision that is on disk: it is begun even if it was just cancelled. Cancelled later, only the waiting ends. */
export const committed = (task: Task | undefined): Task | undefined => (task?.signal?.aborted ? undefined : task);
