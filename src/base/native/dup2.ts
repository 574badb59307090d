import { loadKoffi } from './koffi';

/** dup2(2) as a function that returns 0 or the errno: `to` becomes a second number of what `from` is, and is inherited by programs. */
export type Dup2 = (from: number, to: number) => number;

let bound: Dup2 | undefined;

/** Undefined on Windows and without koffi. */
export function bindDup2(): Dup2 | undefined {
  if (bound) return bound;
  const koffi = process.platform === 'win32' ? undefined : loadKoffi();
  if (!koffi) return undefined;
  const call = koffi.load(null).func('int dup2(int from, int to)') as Dup2;
  return (bound = (from, to) => (call(from, to) >= 0 ? 0 : koffi.errno()));
}
