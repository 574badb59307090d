import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import type { ClockSetting, RunKind } from '../../../base/debugLink';
import type { NodeCommand } from '../../../base/nodeLink';
import type { PauseInfo } from '../../engine';

/** A node that was suspended must not keep the others from going on. */
const ACKNOWLEDGED_WITHIN_MS = 2_000;

const setting = v.object({ behind: v.pipe(v.number(), v.finite()), heldAt: v.optional(v.pipe(v.number(), v.finite())) });

/** What the keeper needs of the nodes. */
export interface ClockedNodes {
  /** Numbers of the nodes that have a process. */
  running(): readonly number[];
  send(node: number, command: NodeCommand): void;
}

/**
 * Keeps the cluster's clock. It stands still while at least one hold lasts; then all nodes get the same new setting, so that they stay in
 * step. The setting outlives nodes and supervisor, because a clock that jumps would skip rounds.
 */
export class ClockKeeper {
  private current: ClockSetting = { behind: 0 };
  private readonly holds = new Map<string, PauseInfo>();
  private number = 0;
  /** Nodes that have yet to confirm the last command, and what waits for them. */
  private readonly unconfirmed = new Set<number>();
  private whenConfirmed: (() => void)[] = [];

  constructor(private readonly file: string, private readonly nodes: ClockedNodes, private readonly changed: () => void) {}

  /** Takes over what an earlier supervisor left. If that one died while the clock stood, it goes on from where it stood. */
  load(): void {
    try {
      const { behind, heldAt } = v.parse(setting, JSON.parse(readFileSync(this.file, 'utf8')));
      this.current = { behind: heldAt === undefined ? behind : Date.now() - heldAt };
      this.save();
    } catch {
      // There is none, since nothing was ever debugged here; or it is damaged, and rounds are skipped.
    }
  }

  get setting(): ClockSetting {
    return this.current;
  }

  /** The oldest of the holds. */
  get pause(): PauseInfo | undefined {
    return this.holds.values().next().value;
  }

  /** Resolves when the clock stands still in every node, or is not to be held any more: to the nodes that did not say so in time. */
  async hold(node: number, run: number, kind: RunKind, ledgerSeqNo: number): Promise<readonly number[]> {
    this.holds.set(keyOf(node, run), { node, kind, ledgerSeqNo, since: Date.now() });
    if (this.current.heldAt === undefined) this.set({ ...this.current, heldAt: Date.now() - this.current.behind });
    this.changed();
    return this.confirmed();
  }

  release(node: number, run: number): void {
    if (this.holds.delete(keyOf(node, run))) this.goOn();
  }

  /** The node's process is gone, and with it whatever it held the clock for. */
  nodeGone(node: number): void {
    this.confirm(node);
    const held = [...this.holds].filter(([, hold]) => hold.node === node);
    for (const [key] of held) this.holds.delete(key);
    if (held.length > 0) this.goOn();
  }

  /** A node has set its clock. */
  nodeSet(node: number, number: number): void {
    if (number === this.number) this.confirm(node);
  }

  /** For a new history: ledgers that begin anew follow the wall clock again. Only while no node runs. */
  reset(): void {
    this.holds.clear();
    this.current = { behind: 0 };
    rmSync(this.file, { force: true });
  }

  private goOn(): void {
    const { heldAt } = this.current;
    if (this.holds.size === 0 && heldAt !== undefined) this.set({ behind: Date.now() - heldAt });
    this.changed();
  }

  private set(setting: ClockSetting): void {
    this.current = setting;
    this.number++;
    this.save();
    this.unconfirmed.clear();
    for (const node of this.nodes.running()) {
      this.unconfirmed.add(node);
      this.nodes.send(node, { type: 'setClock', number: this.number, setting });
    }
    this.wakeIfConfirmed();
  }

  /** Not flushed to the disk: after a power cut nobody waits at a breakpoint. Nor does a full disk end the debugging: a later supervisor then skips rounds. */
  private save(): void {
    const temporary = `${this.file}.new`;
    try {
      writeFileSync(temporary, JSON.stringify(this.current), { mode: 0o600 });
      renameSync(temporary, this.file);
    } catch {
      // It holds in this process all the same.
    }
  }

  private async confirmed(): Promise<readonly number[]> {
    if (this.unconfirmed.size === 0) return [];
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ACKNOWLEDGED_WITHIN_MS)));
    await Promise.race([late, new Promise<void>((resolve) => this.whenConfirmed.push(resolve))]);
    clearTimeout(timer);
    return [...this.unconfirmed];
  }

  private confirm(node: number): void {
    this.unconfirmed.delete(node);
    this.wakeIfConfirmed();
  }

  private wakeIfConfirmed(): void {
    if (this.unconfirmed.size > 0) return;
    for (const resolve of this.whenConfirmed.splice(0)) resolve();
  }
}

const keyOf = (node: number, run: number): string => `${node}/${run}`;
