import { realpathSync } from 'node:fs';
import type { DebugOrder, RunKind, SpawnRecipe } from '../../base/debugLink';
import { DisposableList } from '../../base/disposables';
import type { NodeFact } from '../../base/nodeLink';
import { letGo } from './letGo';

/** A run that is about to begin. */
export interface PlannedRun {
  readonly kind: RunKind;
  readonly ledgerSeqNo: number;
  readonly inputs: number;
  readonly stateDir: string;
}

/** A run that is debugged: how to start it, and whom to tell. */
export interface DebuggedRun {
  readonly recipe: SpawnRecipe;
  /** The process said where its debugger can reach it. */
  announced(pid: number, address: string): void;
  /** The process is gone, or there was none. */
  ended(): void;
}

interface Debuggee {
  readonly plan: PlannedRun;
  address?: string;
  /** Set while the cluster's clock is held for it. */
  holds: boolean;
  /** It runs without a debugger, as far as we can bring that about. */
  letGo?: DisposableList;
}

/** A process without a debugger needs no more time than it always does; the clock is not held longer, should it never end. */
const HELD_AFTER_LETTING_GO_MS = 5_000;

/**
 * Debugging as one node sees it: an order says which runs are debugged; each of these begins when the cluster's clock is held, is reported
 * when it waits for its debugger, and lets the clock go when it is over. Without an order it costs nothing.
 */
export class Debugging {
  private order: DebugOrder | undefined;
  private runs = 0;
  private readonly debuggees = new Map<number, Debuggee>();
  /** Runs that wait for the clock to be held. */
  private readonly waiting = new Map<number, () => void>();

  constructor(private readonly report: (fact: NodeFact) => void) {}

  /** A new order, or none: what is being debugged then runs on by itself. */
  follow(order: DebugOrder | undefined): void {
    this.order = order;
    if (order) return;
    for (const resume of this.waiting.values()) resume();
    for (const run of [...this.debuggees.keys()]) this.letGo(run);
  }

  /** The clock is held for this run. */
  held(run: number): void {
    this.waiting.get(run)?.();
  }

  /** Lets a process run on without a debugger, now and whenever it would wait for one. */
  letGo(run: number): void {
    const debuggee = this.debuggees.get(run);
    if (!debuggee || debuggee.letGo) return;
    const timer = setTimeout(() => this.setHold(run, debuggee, false), HELD_AFTER_LETTING_GO_MS);
    debuggee.letGo = new DisposableList();
    debuggee.letGo.add({ dispose: () => clearTimeout(timer) });
    if (debuggee.address !== undefined) debuggee.letGo.add(letGo(debuggee.address));
  }

  /** What to do for a run that is to be debugged; undefined for any other. Waits until the clock is held. */
  async plan(plan: PlannedRun): Promise<DebuggedRun | undefined> {
    const { order } = this;
    if (!order || !concerns(order, plan)) return undefined;
    const run = ++this.runs;
    const debuggee: Debuggee = { plan, holds: order.pauseCluster };
    if (debuggee.holds) await this.hold(run, plan);
    // Nobody wants it any more.
    if (!this.order) {
      this.setHold(run, debuggee, false);
      return undefined;
    }
    this.debuggees.set(run, debuggee);
    return {
      recipe: order.recipe,
      announced: (pid, address) => this.announced(run, pid, address),
      ended: () => this.forget(run, debuggee),
    };
  }

  private async hold(run: number, { kind, ledgerSeqNo }: PlannedRun): Promise<void> {
    const held = new Promise<void>((resolve) => this.waiting.set(run, resolve));
    this.report({ type: 'hold', run, wanted: true, kind, ledgerSeqNo });
    await held;
    this.waiting.delete(run);
  }

  private setHold(run: number, debuggee: Debuggee, wanted: false): void {
    if (!debuggee.holds) return;
    debuggee.holds = wanted;
    const { kind, ledgerSeqNo } = debuggee.plan;
    this.report({ type: 'hold', run, wanted, kind, ledgerSeqNo });
  }

  private announced(run: number, pid: number, address: string): void {
    const debuggee = this.debuggees.get(run);
    if (!debuggee) return;
    debuggee.address = address;
    if (debuggee.letGo) return void debuggee.letGo.add(letGo(address));
    const { kind, ledgerSeqNo, inputs, stateDir } = debuggee.plan;
    this.report({ type: 'debuggee', debuggee: { run, pid, address, kind, ledgerSeqNo, inputs, cwd: realpathSync(stateDir) } });
  }

  private forget(run: number, debuggee: Debuggee): void {
    debuggee.letGo?.dispose();
    if (this.debuggees.delete(run)) this.report({ type: 'debuggeeEnded', run });
    this.setHold(run, debuggee, false);
  }
}

function concerns({ runs, rounds }: DebugOrder, { kind, inputs }: PlannedRun): boolean {
  if (runs !== 'both' && runs !== kind) return false;
  return kind === 'read' || rounds === 'all' || inputs > 0;
}
