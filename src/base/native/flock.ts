import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { loadKoffi } from './koffi';

const LOCK_EX = 2;
const LOCK_NB = 4;

export interface Lock {
  release(): void;
}

/**
 * Takes an exclusive lock on an existing file or folder, without waiting. The lock ends with `release` or with the process,
 * however that dies, and is not inherited by programs it starts. It binds only those who ask for it. 'unavailable' where
 * locks cannot be had: on Windows, without koffi, or on a file system that knows none. Throws if the path can't be opened.
 */
export function tryLock(path: string): Lock | 'held' | 'unavailable' {
  const flock = bindFlock();
  if (!flock) return 'unavailable';
  const fd = openSync(path, 'r');
  const errno = flock(fd, LOCK_EX | LOCK_NB);
  if (errno === 0) return { release: once(() => closeSync(fd)) };
  closeSync(fd);
  return errno === constants.errno.EWOULDBLOCK ? 'held' : 'unavailable';
}

// Closing twice would close whatever got the number meanwhile.
function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}

type Flock = (fd: number, operation: number) => number;
let bound: Flock | undefined;

/** flock(2) as a function that returns 0 or the errno. */
function bindFlock(): Flock | undefined {
  if (bound) return bound;
  const koffi = process.platform === 'win32' ? undefined : loadKoffi();
  if (!koffi) return undefined;
  const call = koffi.load(null).func('int flock(int fd, int operation)') as Flock;
  return (bound = (fd, operation) => (call(fd, operation) === 0 ? 0 : koffi.errno()));
}
