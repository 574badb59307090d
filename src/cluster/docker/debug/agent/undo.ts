import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { letBegin, type Connection } from './connections';
import { FILES, FOLDER } from './folder';
import { findInspector } from './inspector';
import { removeFolder, restoreProgram } from './place';
import { allProcesses, commandLine, isAlive } from './processes';
import { beginning } from './runs';

const LOOK_EVERY_MS = 10;
/** Nothing shows a process that the kernel is just making one of the wrapper. */
const BECOMES_SHELL_WITHIN_MS = 200;
/** One that stands still for good, in a container that is paused for instance, must do without its files. */
const PATIENCE_MS = 10_000;

/** Undoes what there is of debugging, whoever began it: nothing is killed, and what waits for a debugger runs on without. */
export async function undo(): Promise<void> {
  restoreProgram();
  const released = new Map<number, Promise<Connection | undefined>>();
  for (const began = Date.now(); Date.now() < began + PATIENCE_MS; await sleep(LOOK_EVERY_MS)) {
    const waiting = beginning().filter(isAlive);
    if (Date.now() > began + BECOMES_SHELL_WITHIN_MS && waiting.length === 0 && !allProcesses().some((pid) => isWrapper(pid))) break;
    for (const pid of waiting) {
      if (released.has(pid)) continue;
      released.set(pid, findInspector(pid).then((address) => address && letBegin({ address, begins: () => beginning().includes(pid) })));
    }
  }
  await Promise.all([...released.values()].map(async (connection) => (await connection)?.leave()));
  removeFolder();
}

/** A shell that is about to become the program. */
function isWrapper(pid: number): boolean {
  return commandLine(pid).includes(join(FOLDER, FILES.start));
}
