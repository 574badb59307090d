import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { letBegin, type Connection } from './connections';
import { FILES, FOLDER } from './folder';
import { findInspector } from './inspector';
import { removeFolder, restoreProgram } from './place';
import { allProcesses, commandLine, isAlive } from './processes';
import { beginning } from './runs';

const LOOK_EVERY_MS = 10;
/** One that stands still for good, in a container that is paused for instance, must do without its files. */
const PATIENCE_MS = 10_000;

/** Undoes what there is of debugging, whoever began it: nothing is killed, and what waits for a debugger runs on without. */
export async function undo(): Promise<void> {
  restoreProgram();
  const programs = programNames();
  const released = new Map<number, Connection | undefined>();
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(LOOK_EVERY_MS)) {
    const waiting = beginning().filter(isAlive);
    if (waiting.length === 0 && !allProcesses().some((pid) => isWrapper(pid, programs))) break;
    for (const pid of waiting) {
      if (released.has(pid)) continue;
      released.set(pid, undefined);
      void findInspector(pid).then((address) => released.set(pid, address && letBegin({ address, begins: () => beginning().includes(pid) })));
    }
  }
  await Promise.all([...released.values()].map((connection) => connection?.leave()));
  removeFolder();
}

/** A shell that is about to become the program, whose wrapper is not there any more. */
function isWrapper(pid: number, programs: readonly string[]): boolean {
  const [shell, script = ''] = commandLine(pid);
  return shell === '/bin/sh' && programs.includes(script);
}

/** Names under which the contract's program may be started. */
function programNames(): string[] {
  try {
    const program = readFileSync(join(FOLDER, FILES.program), 'utf8');
    return [program, realpathSync(program)];
  } catch {
    return [];
  }
}
