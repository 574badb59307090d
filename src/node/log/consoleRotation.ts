import { closeSync, fstatSync, openSync, renameSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../base/errors';
import { bindDup2 } from '../../base/native/dup2';
import { sizeText } from '../../base/quantities';
import type { NodeLog } from './nodeLog';

const MIB = 1024 * 1024;
const DEFAULT_LIMIT = 500 * MIB;
const STDOUT = 1;
const STDERR = 2;

/**
 * Keeps console.log bounded: when it has grown over half the limit it becomes console.1.log, in place of the one before,
 * and the node's descriptors 1 and 2 lead to a new console.log. Nothing is copied and no line is lost, because whoever writes does so
 * either before or after. A contract inherits the descriptors, so this is only done while none runs. It takes
 * effect only if standard output is console.log, as under a supervisor; a terminal is left alone.
 */
export class ConsoleRotation {
  private readonly current: string;
  private readonly older: string;
  private complained = false;

  /** `dir` is the node's log folder, `limit` the size in bytes of both files together. */
  constructor(dir: string, private readonly log: Pick<NodeLog, 'inf' | 'wrn'>, private readonly limit = limitFrom(process.env)) {
    this.current = join(dir, 'console.log');
    this.older = join(dir, 'console.1.log');
  }

  /** To be called while no contract runs. Never throws: a node does not stop for a log. */
  rotateIfLarge(): void {
    try {
      const console = fstatSync(STDOUT);
      if (console.size * 2 > this.limit && isSame(console, this.statOf(this.current))) this.rotate(console);
    } catch (error) {
      this.complain(systemCode(error) ?? 'EIO');
    }
  }

  /** The size of a console log that is larger than both files together may be, in bytes, as it can become while a contract runs. Never throws. */
  overflow(): number | undefined {
    try {
      const console = fstatSync(STDOUT);
      return console.size > this.limit && isSame(console, this.statOf(this.current)) ? console.size : undefined;
    } catch {
      return undefined;
    }
  }

  private rotate(console: Stats): void {
    const dup2 = bindDup2();
    if (!dup2) return this.complain('the library koffi could not be loaded');
    const dropped = this.statOf(this.older);
    const numbers = isSame(console, fstatSync(STDERR)) ? [STDOUT, STDERR] : [STDOUT];
    renameSync(this.current, this.older);
    let next: number;
    try {
      next = openSync(this.current, 'a', 0o600);
    } catch (error) {
      renameSync(this.older, this.current);
      throw error;
    }
    for (const number of numbers) dup2(next, number);
    closeSync(next);
    this.log.inf(`Console log continues here; the ${sizeText(console.size)} before are in console.1.log.`);
    if (dropped) this.log.wrn(`Dropped the ${sizeText(dropped.size)} of console log before that.`);
  }

  private statOf(file: string): Stats | undefined {
    return statSync(file, { throwIfNoEntry: false });
  }

  private complain(problem: string): void {
    if (this.complained) return;
    this.complained = true;
    this.log.wrn(`The console log grows without bounds: ${problem}.`);
  }
}

function isSame(file: Stats, other: Stats | undefined): boolean {
  return other !== undefined && file.ino === other.ino && file.dev === other.dev;
}

/** HOTPOCKET_CONSOLE_LOG_BYTES, for tests and small disks. */
function limitFrom(env: NodeJS.ProcessEnv): number {
  return Number(env.HOTPOCKET_CONSOLE_LOG_BYTES) || DEFAULT_LIMIT;
}
