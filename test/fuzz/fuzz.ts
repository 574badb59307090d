import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FuzzTarget, Verdict } from './target';
import { Watchdog } from './watchdog';

export interface FuzzRow {
  readonly target: string;
  readonly messages: number;
  readonly refused: number;
  readonly accepted: number;
  /** What went wrong, with the seed and the shortest message; undefined if nothing did. */
  readonly failure: string | undefined;
  /** MB. */
  readonly before: number;
  readonly after: number;
  readonly seconds: number;
}

/** More than this cannot be told from what buffers and compiled code of any busy process take. */
const MOST_GROWTH_MB = 64;
/** An answer that takes longer is a hang, also on a busy machine. */
export const HANG_MS = 5_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function ownMemory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Sends so many messages to a target, made from the seed. Failures are in the row that comes back, and never thrown. */
export async function fuzz(target: FuzzTarget, messages: number, seed: number): Promise<FuzzRow> {
  const counts: Record<Verdict, number> = { accepted: 0, refused: 0 };
  const began = performance.now();
  const receiver = await target.open();
  const megabytes = async (): Promise<number> => Math.round((await (receiver.memory?.() ?? ownMemory())) / 2 ** 20);
  const watchdog = new Watchdog(`${target.name}, seed ${seed}`, 2 * HANG_MS);
  let failure: string | undefined;
  // What is made once, such as compiled code, is no growth: a tenth of the messages come before memory is looked at.
  let before = 0;
  let sent = 0;
  try {
    const take = async (message: unknown): Promise<void> => {
      if (sent++ === Math.floor(messages / 10)) before = await megabytes();
      // Timers and what was put off have their turn, as they have between the packets of a network.
      if (sent % 20 === 0) await nextTurn();
      watchdog.next();
      counts[await within(HANG_MS, receiver.take(message))]++;
    };
    const run = await fc.check(fc.asyncProperty(target.messages, take), { seed, numRuns: messages });
    if (run.failed) failure = `seed ${seed}, message ${run.numRuns}: ${reasonOf(run.errorInstance)}\nThe shortest message:\n${show(target, run.counterexample?.[0])}`;
    else await receiver.check?.();
  } catch (error) {
    failure = `seed ${seed}: ${reasonOf(error)}`;
  }
  const after = await megabytes().catch(() => NaN);
  watchdog.end();
  await receiver.close?.();
  if (failure === undefined && after - before > MOST_GROWTH_MB) failure = `seed ${seed}: memory grew from ${before} to ${after} MB.`;
  return { target: target.name, messages: counts.accepted + counts.refused, ...counts, failure, before, after, seconds: Math.round((performance.now() - began) / 1000) };
}

async function within<T>(limitMs: number, answer: T | Promise<T>): Promise<T> {
  if (!(answer instanceof Promise)) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`No answer within ${limitMs} ms.`)), limitMs)));
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

const reasonOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

function show(target: FuzzTarget, message: unknown): string {
  if (target.show) return target.show(message);
  return message instanceof Uint8Array ? `${JSON.stringify(Buffer.from(message).toString())}\n${Buffer.from(message).toString('hex')}` : fc.stringify(message);
}
