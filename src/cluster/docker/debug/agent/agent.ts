import type { FSWatcher } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from '../frames';
import type { AgentOrder, FromAgent, ToAgent } from '../protocol';
import { Connections, letBegin, type Inspected } from './connections';
import { findInspector } from './inspector';
import { restoreProgram, take } from './place';
import { isAlive, workingDirectory } from './processes';
import { beginning, takeArguments, watchRuns } from './runs';
import { undo } from './undo';

const LOOK_EVERY_MS = 25;

interface Debuggee extends Inspected {
  readonly pid: number;
  /** No debugger gets to it any more. */
  released: boolean;
}

export interface AgentHost {
  send(frame: Frame): boolean;
  drained(): Promise<void>;
}

/** Debugging of one node, as it is done in the node's container. */
export class Agent {
  private readonly connections: Connections;
  private readonly debuggees = new Map<number, Debuggee>();
  private watcher: FSWatcher | undefined;
  private timer: NodeJS.Timeout | undefined;
  private runs = 0;

  constructor(private readonly host: AgentHost) {
    this.connections = new Connections(host);
  }

  /** Says how it went. False: there is nothing to undo. */
  async arm(order: AgentOrder): Promise<boolean> {
    try {
      if (!(await take(order, undo))) {
        this.tell({ type: 'busy' });
        return false;
      }
      this.watcher = watchRuns((pid) => void this.announce(pid));
      this.tell({ type: 'armed' });
      return true;
    } catch (error) {
      this.tell({ type: 'failed', problem: (error as Error).message });
      return false;
    }
  }

  hear(frame: Frame): void {
    if (frame.kind !== 'message') return this.connections.hear(frame, (run) => this.find(run));
    const message = frame.message as ToAgent;
    if (message.type === 'letGo') void this.letGo(message.run);
  }

  async undo(): Promise<void> {
    this.watcher?.close();
    clearInterval(this.timer);
    restoreProgram();
    await this.connections.leaveAll();
    await undo();
  }

  private async announce(pid: number): Promise<void> {
    const began = Date.now();
    const facts = takeArguments(pid);
    const address = await findInspector(pid);
    if (!address) return;
    const run = ++this.runs;
    this.debuggees.set(run, { pid, address, begins: () => beginning().includes(pid), released: false });
    this.timer ??= setInterval(() => this.look(), LOOK_EVERY_MS);
    this.tell({ type: 'waiting', process: { run, pid, path: address.path, cwd: workingDirectory(pid), ...facts, age: Date.now() - began } });
  }

  /** No process but its parent is told that a process ended. */
  private look(): void {
    for (const [run, { pid }] of this.debuggees) {
      if (isAlive(pid)) continue;
      this.debuggees.delete(run);
      this.tell({ type: 'ended', run });
    }
    if (this.debuggees.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private find(run: number): Inspected | undefined {
    const debuggee = this.debuggees.get(run);
    return debuggee?.released ? undefined : debuggee;
  }

  private async letGo(run: number): Promise<void> {
    const debuggee = this.debuggees.get(run);
    if (!debuggee || debuggee.released) return;
    debuggee.released = true;
    const connection = letBegin(debuggee);
    await this.connections.leaveAll(run);
    while (debuggee.begins() && isAlive(debuggee.pid)) await sleep(LOOK_EVERY_MS);
    await connection.leave();
  }

  private tell(message: FromAgent): void {
    this.host.send({ kind: 'message', message });
  }
}
