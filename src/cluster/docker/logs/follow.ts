import { StringDecoder } from 'node:string_decoder';
import type Docker from 'dockerode';
import { hasStatus } from '../daemon/failures';
import { LogFrames, sinceStart, sinceText, type LogRecord } from './frames';

export interface FollowOptions {
  /** Lines to begin with; without it all there are. */
  readonly tail?: number;
  /** Begin where the container's last start did. */
  readonly sinceStart?: boolean;
  readonly follow: boolean;
  readonly signal?: AbortSignal;
  /** Called once what is there already has been told. */
  readonly onCaughtUp?: () => void;
  /** Resolves once something may have happened to the container, or the signal is given. */
  readonly whenChanged: (id: string) => Promise<void>;
}

/**
 * Hands out a container's log as text, both streams in Docker's order. With `follow` it goes on across restarts, until the signal or until the container is
 * gone. No line is lost or told twice: Docker ends a followed log when the container stops, and what comes then is asked for by time.
 */
export async function followLog(docker: Docker, name: string, options: FollowOptions, onText: (text: string) => void): Promise<void> {
  const { tail, sinceStart: fromStart, follow, signal, onCaughtUp, whenChanged } = options;
  const told = new ToldRecords();
  // Its id, so that a container of the same name that somebody makes later is not taken for it.
  const { Id, State } = await docker.getContainer(name).inspect();
  const container = docker.getContainer(Id);
  let range: { since?: string; tail?: number } = { ...(fromStart && { since: sinceStart(State) }), ...(tail !== undefined && { tail }) };
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  const tell = (record: LogRecord): void => {
    if (!told.isNew(record) || isOfDebugger(record)) return;
    if (early && record.time < State.StartedAt) return void early.push(record);
    beginRun(record);
    handOut(record);
  };
  /** Stamped before Docker noted the start: of this run, or what the one before said last. */
  let early: LogRecord[] | undefined = fromStart ? [] : undefined;
  const beginRun = (next?: LogRecord): void => {
    const records = [...(early ?? []), ...(early && next ? [next] : [])];
    early = undefined;
    const begin = Math.max(0, records.findLastIndex(({ content }) => BANNER.test(content.toString('latin1', 0, 64))));
    for (const record of records.slice(begin)) if (record !== next) handOut(record);
  };
  const handOut = (record: LogRecord): void => {
    const text = decoders[record.stream].write(record.content);
    if (text !== '') onText(text);
  };
  if (follow && onCaughtUp) {
    await readOnce(container, { follow: false, ...range }, tell, signal);
    beginRun();
    onCaughtUp();
    range = told.resume() ?? { since: sinceStart(State) };
  }
  while (!signal?.aborted) {
    try {
      await readOnce(container, { follow, ...range }, tell, signal);
      beginRun();
      if (!follow || signal?.aborted) return;
      let state = (await container.inspect()).State;
      for (; !state.Running && !signal?.aborted; state = (await container.inspect()).State) await whenChanged(Id);
      // What was not told before belongs to the new run.
      range = told.resume() ?? { since: sinceStart(state) };
    } catch (error) {
      if (signal?.aborted || hasStatus(error, 404) || isBeingRemoved(error)) return;
      throw error;
    }
  }
}

/** A node's first line (reference 2.2). */
const BANNER = /^\d{8} [\d:.]{12} \[inf\]\[hpc\] HotPocket \d/;

/** What Node.js itself prints when a debugger comes and goes; no business of the contract's log. */
const DEBUGGER_LINES = new Set(['Debugger attached.\n', 'Waiting for the debugger to disconnect...\n']);
const isOfDebugger = ({ content }: LogRecord): boolean => content.length < 64 && DEBUGGER_LINES.has(content.toString('latin1'));

/** Docker says 409 for a container that is just being removed. */
const isBeingRemoved = (error: unknown): boolean => hasStatus(error, 409);

async function readOnce(container: Docker.Container, { follow, since, tail }: { follow: boolean; since?: string; tail?: number }, onRecord: (record: LogRecord) => void, signal?: AbortSignal): Promise<void> {
  const range = { ...(since !== undefined && { since: since as unknown as number }), ...(tail !== undefined && { tail }) };
  const frames = new LogFrames();
  const common = { stdout: true, stderr: true, timestamps: true, ...range, ...(signal && { abortSignal: signal }) };
  if (!follow) {
    for (const record of frames.push(await container.logs({ ...common, follow: false }))) onRecord(record);
    return;
  }
  const stream = (await container.logs({ ...common, follow: true })) as NodeJS.ReadableStream & { destroy(): void };
  const abort = (): void => stream.destroy();
  signal?.addEventListener('abort', abort);
  try {
    await new Promise<void>((resolve, reject) => {
      stream.on('data', (chunk: Buffer) => frames.push(chunk).forEach(onRecord));
      stream.on('end', resolve).on('close', resolve).on('error', (error: Error) => (signal?.aborted ? resolve() : reject(error)));
    });
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Docker stamps the two streams each by itself, so lines may be a little out of order. */
const OVERLAP_S = 2;

/** Knows which records at the end of the log were told. */
class ToldRecords {
  private first = '';
  private last = '';
  private recent = new Map<string, number>();
  /** Of those that are told again after a resumption. */
  private repeated = new Map<string, number>();

  isNew(record: LogRecord): boolean {
    const key = `${record.time} ${record.stream} ${record.content.length}`;
    const again = this.repeated.get(key) ?? 0;
    if (again > 0) {
      this.repeated.set(key, again - 1);
      return false;
    }
    // Of the overlap, what was there before we began is not asked for.
    if (record.time < this.first) return false;
    if (this.first === '') this.first = record.time;
    this.recent.set(key, (this.recent.get(key) ?? 0) + 1);
    if (record.time > this.last) this.last = record.time;
    if (this.recent.size > this.prunedAt * 2) this.prune();
    return true;
  }

  /** Where to ask for more; undefined if nothing was told yet. */
  resume(): { readonly since: string } | undefined {
    if (this.last === '') return undefined;
    this.prune();
    this.repeated = new Map(this.recent);
    return { since: sinceText(this.last, OVERLAP_S) };
  }

  private prunedAt = 500;

  private prune(): void {
    const oldest = Date.parse(this.last) - (OVERLAP_S + 1) * 1000;
    for (const key of this.recent.keys()) if (Date.parse(key.slice(0, key.indexOf(' '))) < oldest) this.recent.delete(key);
    this.prunedAt = Math.max(500, this.recent.size);
  }
}
