import { DisposableList, Emitter, type Disposable } from '../../base/disposables';
import type { ClusterModel } from '../model/clusterModel';
import type { NodeRounds } from './nodeRounds';

/** As many as can be taken in at a glance. */
const SHOWN = 20;

/**
 * How long the last rounds of each node took, from ledger to ledger: as the node says, or, on an engine that does not, between the moments at
 * which this window heard of its ledgers.
 */
export class RoundTimes implements Disposable {
  private readonly heard = new Map<number, { seqNo: number; at: number; times: number[] }>();
  private readonly owned = new DisposableList();
  private readonly changed = new Emitter<number>();

  constructor(private readonly rounds: Pick<NodeRounds, 'available' | 'of'>, model: Pick<ClusterModel, 'onEvent'>, private readonly now: () => number = () => performance.now()) {
    if (rounds.available) return;
    this.owned.add(model.onEvent((change) => {
      if (change.type === 'cluster') this.heard.clear();
      if (change.type === 'ledger') this.hear(change.node, change.seqNo);
    }));
  }

  readonly onDidChange = (listener: (node: number) => void): Disposable => this.changed.on(listener);

  /** In ms, oldest first. */
  of(node: number): readonly number[] {
    return (this.rounds.available ? this.rounds.of(node).map(({ totalMs }) => totalMs) : (this.heard.get(node)?.times ?? [])).slice(-SHOWN);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private hear(node: number, seqNo: number): void {
    const at = this.now();
    const last = this.heard.get(node);
    // Of one ledger more than one thing may be told.
    if (last?.seqNo === seqNo) return;
    const times = last?.seqNo === seqNo - 1 ? [...last.times, at - last.at] : [];
    this.heard.set(node, { seqNo, at, times: times.slice(-SHOWN) });
    this.changed.fire(node);
  }
}
