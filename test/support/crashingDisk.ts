import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a process that has died would have done next. */
export class Died extends Error {
  constructor() {
    super('This process has died.');
  }
}

/** Where a crash falls: before an effect, after it, or, of a write, in its middle. */
export type Moment = 'before' | 'within' | 'after';
export interface Crash {
  /** Counts from 1. */
  readonly effect: number;
  readonly moment: Moment;
}

type Call = (...args: unknown[]) => unknown;
/** Everything by which code of ours changes a disk. What is only opened to be read, and closing, changes nothing. */
const SYNC = ['writeSync', 'writeFileSync', 'appendFileSync', 'renameSync', 'rmSync', 'rmdirSync', 'unlinkSync', 'mkdirSync', 'ftruncateSync', 'chmodSync', 'fchmodSync', 'symlinkSync', 'copyFileSync', 'fsyncSync', 'fdatasyncSync', 'openSync'] as const;
const LATER = ['writeFile', 'rename', 'rm', 'mkdir', 'chmod', 'symlink', 'copyFile', 'open'] as const;
const HANDLE = ['writeFile', 'chmod', 'sync', 'truncate'] as const;

const makes = (args: readonly unknown[]): boolean => (typeof args[1] === 'string' ? args[1] !== 'r' : (Number(args[1] ?? 0) & (fs.constants.O_CREAT | fs.constants.O_TRUNC)) !== 0);

/**
 * Between the code and the disk: counts what changes the files below a folder, and at one of these the process "dies": that effect and all that would follow is
 * not done, and the code gets an error. The files are then as a killed process leaves them. For this process as a whole, so one at a time.
 */
export class CrashingDisk {
  /** What was done, in order. */
  readonly effects: string[] = [];
  private readonly paths = new Map<number, string>();
  private readonly undo: (() => void)[] = [];
  private readonly underWay = new Set<Promise<unknown>>();
  private died = false;

  private constructor(private readonly folders: readonly string[], private readonly crash: Crash | undefined) {}

  /** `folders`: whose files count. Without a crash it only counts. */
  static async insert(folders: readonly string[], crash?: Crash): Promise<CrashingDisk> {
    const disk = new CrashingDisk(folders, crash);
    for (const name of SYNC) disk.replace(fs as unknown as Record<string, Call>, name, (call, args) => disk.now(name, call, args));
    for (const name of LATER) disk.replace(fsPromises as unknown as Record<string, Call>, name, (call, args) => disk.later(name, call, args));
    const probe = await fsPromises.open(join(tmpdir(), '.'), 'r');
    const handle = Object.getPrototypeOf(probe) as Record<string, Call>;
    await probe.close();
    for (const name of HANDLE) disk.replaceMethod(handle, name);
    syncBuiltinESMExports();
    return disk;
  }

  get hasDied(): boolean {
    return this.died;
  }

  /** The disk is as any other again, once what the process had asked the system to do is done. */
  async remove(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay);
    for (const undo of this.undo.reverse()) undo();
    syncBuiltinESMExports();
  }

  private replace(module: Record<string, Call>, name: string, by: (call: Call, args: unknown[]) => unknown): void {
    const call = module[name]!;
    module[name] = (...args: unknown[]) => by(call, args);
    this.undo.push(() => (module[name] = call));
  }

  private replaceMethod(prototype: Record<string, Call>, name: string): void {
    const call = prototype[name]!;
    const { paths } = this;
    const later = (self: { fd: number }, args: unknown[]): unknown => this.later(`handle.${name}`, (...given: unknown[]) => call.apply(self, given.slice(1)), [paths.get(self.fd) ?? '', ...args]);
    prototype[name] = function (this: { fd: number }, ...args: unknown[]) {
      return later(this, args);
    };
    this.undo.push(() => (prototype[name] = call));
  }

  private now(name: string, call: Call, args: unknown[]): unknown {
    const path = this.pathOf(args);
    if (path === undefined || (name === 'openSync' && !makes(args))) return this.opened(call(...args), path);
    const moment = this.count(`${name} ${path}`);
    if (moment === 'within' && name === 'writeSync') call(args[0], half(args[1] as Uint8Array));
    if (moment === 'within' && name === 'writeFileSync') call(args[0], half(Buffer.from(args[1] as Uint8Array)), args[2]);
    if (moment === 'before' || moment === 'within') throw new Died();
    const result = this.opened(call(...args), path);
    if (moment !== 'after') return result;
    if (name === 'openSync') fs.closeSync(result as number);
    throw new Died();
  }

  private later(name: string, call: Call, args: unknown[]): Promise<unknown> {
    const done = this.whenDone(name, call, args);
    this.underWay.add(done);
    void done.catch(() => undefined).finally(() => this.underWay.delete(done));
    return done;
  }

  private async whenDone(name: string, call: Call, args: unknown[]): Promise<unknown> {
    const path = this.pathOf(args);
    if (path === undefined || (name === 'open' && !makes(args))) return this.opened(await call(...args), path);
    const moment = this.count(`${name} ${path}`);
    if (moment === 'within' && name.endsWith('writeFile')) await call(args[0], half(Buffer.from(args[1] as Uint8Array)), ...args.slice(2));
    if (moment === 'before' || moment === 'within') throw new Died();
    const result = this.opened(await call(...args), path);
    if (moment !== 'after') return result;
    if (name === 'open') await (result as fsPromises.FileHandle).close();
    throw new Died();
  }

  /** Undefined for files elsewhere. */
  private pathOf([target, to]: readonly unknown[]): string | undefined {
    const path = typeof target === 'number' ? (this.paths.get(target) ?? '') : Buffer.isBuffer(target) ? target.toString() : String(target);
    if (!this.folders.some((folder) => path.startsWith(folder))) return undefined;
    return typeof to === 'string' && to.startsWith('/') ? `${path} → ${to}` : path;
  }

  private opened(result: unknown, path: string | undefined): unknown {
    const fd = typeof result === 'number' ? result : (result as { fd?: unknown } | undefined)?.fd;
    if (typeof fd === 'number') this.paths.set(fd, path ?? '');
    return result;
  }

  /** What is to become of the effect that is due; undefined if it is to be done. */
  private count(effect: string): Moment | undefined {
    if (this.died) throw new Died();
    this.effects.push(effect);
    if (this.effects.length !== this.crash?.effect) return undefined;
    this.died = true;
    return this.crash.moment;
  }
}

const half = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, Math.floor(bytes.length / 2));
