import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import type { NodeCommand, NodeFact } from '../../../base/nodeLink';

export interface NodeProgram {
  readonly nodeJs: string;
  /** The node program, dist/node.js. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface NodeExit {
  /** "exit code 255", "signal SIGKILL", or why it could not be started. */
  readonly text: string;
  /** It ended because it was asked to, by us or by somebody else. */
  readonly asked: boolean;
  readonly upMs: number;
}

// hpcore ends with the number of the signal as its exit code (reference 1.1).
const SIGINT = 2;
const SIGTERM = 15;
const LAST_WORDS = 4096;

/** One run of a node's program, from spawn to exit. */
export class NodeProcess {
  readonly exited: Promise<NodeExit>;
  private readonly child: ChildProcess;
  private readonly startedAt = performance.now();
  private readonly logBefore: Stats;
  private readonly runs = new Set<number>();

  constructor(program: NodeProgram, dir: string, private readonly logFile: string, private readonly onFact: (fact: NodeFact) => void) {
    mkdirSync(dirname(logFile), { recursive: true });
    // The node writes to the file itself, so no line is lost when it or this process dies.
    const log = openSync(logFile, 'a', 0o600);
    this.logBefore = fstatSync(log);
    try {
      this.child = spawn(program.nodeJs, [program.script, 'run', dir], { stdio: ['ignore', log, log, 'ipc'], detached: true, env: program.env });
    } finally {
      closeSync(log);
    }
    this.child.on('message', (message) => this.hear(message as NodeFact));
    this.exited = new Promise((resolve) => {
      const end = (text: string, asked: boolean): void => {
        this.endRuns();
        resolve({ text, asked, upMs: performance.now() - this.startedAt });
      };
      this.child.once('error', (error) => {
        if (this.child.pid === undefined) end(error.message, false);
      });
      this.child.once('exit', (code, signal) => {
        const asked = code === SIGTERM || code === SIGINT || signal === 'SIGTERM' || signal === 'SIGINT';
        end(signal ? `signal ${signal}` : `exit code ${code}`, asked);
      });
    });
  }

  /** 0 if it could not be started at all. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Lost if the process is about to end. */
  send(command: NodeCommand): void {
    if (this.child.connected) this.child.send(command, () => undefined);
  }

  terminate(): void {
    this.child.kill('SIGTERM');
  }

  /** Ends the whole process group at once. */
  kill(): void {
    if (this.pid) killGroup(this.pid);
  }

  /** The last line this run has printed, which says why a start failed. */
  lastLine(): string | undefined {
    try {
      return this.readLastLine();
    } catch {
      return undefined; // Somebody took the log away.
    }
  }

  private readLastLine(): string | undefined {
    const { size = 0, ino } = statSync(this.logFile, { throwIfNoEntry: false }) ?? {};
    // The node may have begun a new file since.
    const start = Math.max(ino === this.logBefore.ino ? this.logBefore.size : 0, size - LAST_WORDS);
    if (size <= start) return undefined;
    const buffer = Buffer.alloc(size - start);
    const fd = openSync(this.logFile, 'r');
    try {
      readSync(fd, buffer, 0, buffer.length, start);
    } finally {
      closeSync(fd);
    }
    return buffer.toString().trimEnd().split('\n').at(-1)?.trim();
  }

  private hear(fact: NodeFact): void {
    if (fact.type === 'run') {
      if (fact.phase === 'started') this.runs.add(fact.pid);
      else this.runs.delete(fact.pid);
    }
    this.onFact(fact);
  }

  /** A node that was killed could not end the contract it was running, which leads a group of its own. */
  private endRuns(): void {
    for (const pid of this.runs) killGroup(pid);
    this.runs.clear();
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
