import { existsSync } from 'node:fs';
import { errorText, HotPocketError } from '../../../base/errors';
import { CLOCK_VARIABLE, type ClockSetting, type DebugOrder } from '../../../base/debugLink';
import type { NodeFaults } from '../../../base/faults';
import { isLasting, type NodeCommand, type NodeFact } from '../../../base/nodeLink';
import { durationText } from '../../../base/quantities';
import type { RoundsMode } from '../../../base/rounds';
import { formatLogLine } from '../../../hotpocket/logLine';
import type { NodeState } from '../../engine';
import type { NodePaths } from '../../paths';
import type { LatestFacts } from '../describe';
import { appendLine } from './appendLine';
import { NodeProcess, type NodeExit, type NodeProgram } from './nodeProcess';
import { RestartPolicy } from './restartPolicy';

export interface KeeperHooks {
  /** The state or a lasting fact is another one. */
  readonly onChange: () => void;
  readonly onFact: (fact: NodeFact) => void;
  readonly onNotice: (notice: HotPocketError) => void;
  /** The node's process is gone. */
  readonly onGone: () => void;
  /** What a process that starts has to know. */
  readonly clock: () => ClockSetting;
  readonly debugOrder: () => DebugOrder | undefined;
  readonly rounds: () => RoundsMode;
  readonly faults: () => NodeFaults | undefined;
}

// Long enough for a node that hashes a large state first.
const READY_WITHIN_MS = 60_000;

/** Keeps one node as it should be: starts it, stops it, starts it again when it crashed. */
export class NodeKeeper {
  facts: LatestFacts = {};
  private current: NodeState = { kind: 'stopped' };
  private process: NodeProcess | undefined;
  private ready: { resolve(): void; reject(error: HotPocketError): void } | undefined;
  private starting: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly node: number,
    private readonly paths: NodePaths,
    private readonly program: NodeProgram,
    private readonly hooks: KeeperHooks,
    private readonly policy = new RestartPolicy(),
  ) {}

  get state(): NodeState {
    return this.current;
  }

  /** There is a process, or there will be one without anybody asking. */
  get isAlive(): boolean {
    return this.process !== undefined || this.retry !== undefined;
  }

  get hasProcess(): boolean {
    return this.process !== undefined;
  }

  /** Resolves when the node's ports are open. Throws NODE_START_FAILED, or what the system says of its log; then it is not tried again by itself. */
  async start(): Promise<void> {
    if (this.current.kind === 'stopping') await this.process?.exited;
    if (this.current.kind === 'running') return;
    if (this.starting) return this.starting;
    this.cancelRetry();
    this.policy.reset();
    this.starting = new Promise((resolve, reject) => (this.ready = { resolve, reject }));
    const timer = setTimeout(() => this.ready?.reject(this.startFailed(`it is not ready after ${durationText(READY_WITHIN_MS)}.`)), READY_WITHIN_MS);
    try {
      if (!this.process) this.launch();
      await this.starting;
    } finally {
      clearTimeout(timer);
      this.ready = this.starting = undefined;
    }
  }

  /** Asks the node to stop, and kills it after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.cancelRetry();
    const process = this.process;
    if (!process) {
      if (this.current.kind !== 'stopped') this.enter({ kind: 'stopped' });
      return;
    }
    if (this.current.kind !== 'stopping') this.enter({ kind: 'stopping', pid: process.pid });
    process.terminate();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, graceMs, 'late')));
    const outcome = await Promise.race([process.exited, late]);
    clearTimeout(timer);
    if (outcome === 'late') {
      this.tell(new HotPocketError('NODE_KILLED', { node: this.node, seconds: graceMs / 1000 }));
      process.kill();
      await process.exited;
    }
  }

  /** Lost if no process runs. */
  send(command: NodeCommand): void {
    this.process?.send(command);
  }

  private launch(): void {
    this.facts = {};
    const env = { ...this.program.env, [CLOCK_VARIABLE]: JSON.stringify(this.hooks.clock()) };
    const process = new NodeProcess({ ...this.program, env }, this.paths.dir, this.paths.consoleLog, (fact) => this.hear(fact));
    this.process = process;
    const order = this.hooks.debugOrder();
    if (order) process.send({ type: 'debug', order });
    const mode = this.hooks.rounds();
    if (mode !== 'grid') process.send({ type: 'rounds', mode });
    const faults = this.hooks.faults();
    if (faults) process.send({ type: 'faults', faults });
    this.enter({ kind: 'starting', pid: process.pid });
    void process.exited.then((exit) => this.onExit(process, exit));
  }

  /** Where not even its log can be opened, that is one crash more. */
  private launchAgain(): void {
    try {
      this.launch();
    } catch (error) {
      this.afterCrash({ text: errorText(error), asked: false, upMs: 0 });
    }
  }

  private hear(fact: NodeFact): void {
    if (isLasting(fact)) this.facts = { ...this.facts, [fact.type]: fact };
    this.hooks.onFact(fact);
    if (fact.type === 'ready' && this.current.kind === 'starting') {
      this.enter({ kind: 'running', pid: this.current.pid });
      this.ready?.resolve();
    } else if (isLasting(fact)) this.hooks.onChange();
  }

  private onExit(process: NodeProcess, exit: NodeExit): void {
    this.process = undefined;
    this.facts = {};
    this.hooks.onGone();
    const words = process.lastLine();
    const failed = this.ready;
    if (this.current.kind === 'stopping' || exit.asked) this.enter({ kind: 'stopped' });
    // Whoever asked for the start is told, and decides.
    else if (failed) this.enter({ kind: 'crashed', exit: exit.text });
    else this.afterCrash(exit);
    failed?.reject(this.startFailed(words ? `${words} (${exit.text})` : `${exit.text}.`));
  }

  private afterCrash(exit: NodeExit): void {
    const delay = this.policy.afterCrash(exit.upMs);
    const log = this.paths.consoleLog;
    if (delay === undefined) {
      this.enter({ kind: 'crashed', exit: exit.text });
      this.tell(new HotPocketError('NODE_GIVEN_UP', { node: this.node, exit: exit.text, crashes: this.policy.quickCrashes, log }));
      return;
    }
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.launchAgain();
    }, delay);
    this.enter({ kind: 'crashed', exit: exit.text, retryAt: Date.now() + delay });
    this.tell(new HotPocketError('NODE_CRASHED', { node: this.node, exit: exit.text, seconds: delay / 1000, log }));
  }

  private enter(state: NodeState): void {
    this.current = state;
    this.hooks.onChange();
  }

  /** To those who watch the cluster, and to those who read the node's log later. */
  private tell(notice: HotPocketError): void {
    appendLine(this.paths.consoleLog, formatLogLine(new Date(), 'wrn', notice.message));
    this.hooks.onNotice(notice);
  }

  private startFailed(problem: string): HotPocketError {
    const { nodeJs } = this.program;
    if (!existsSync(nodeJs)) return new HotPocketError('NODE_JS_NOT_FOUND', { tried: `${nodeJs}, which is gone` });
    return new HotPocketError('NODE_START_FAILED', { node: this.node, problem, log: this.paths.consoleLog });
  }

  private cancelRetry(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
  }
}
