import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Memory in bytes and open files of a process; the least of all moments looked at, because garbage comes and goes. */
export class ProcessUse {
  private memory = Infinity;
  private files = Infinity;

  constructor(private readonly pid: number) {}

  look(): void {
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, 'latin1'));
    this.memory = Math.min(this.memory, Number(resident?.[1]) * 1024);
    this.files = Math.min(this.files, readdirSync(`/proc/${this.pid}/fd`).length);
  }

  /** Of what was looked at since the last time. */
  take(): { readonly memory: number; readonly files: number } {
    const { memory, files } = this;
    this.memory = this.files = Infinity;
    return { memory, files };
  }
}

/** What a folder takes, bytes. Files that vanish meanwhile take nothing. */
export function diskUse(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
}
