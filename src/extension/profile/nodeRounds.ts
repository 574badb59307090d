import { DisposableList, Emitter, type Disposable } from '../../base/disposables';
import type { RoundProfile } from '../../base/roundProfile';
import type { ClusterEngine } from '../../cluster/engine';
import { RoundHistory } from '../../cluster/profile/history';
import type { ClusterModel } from '../model/clusterModel';

/** The last rounds of each node: those that the engine tells of, and, once somebody asks for a node, those before. */
export class NodeRounds implements Disposable {
  private readonly history = new RoundHistory();
  private readonly owned = new DisposableList();
  private readonly changed = new Emitter<number>();
  /** Nodes whose earlier rounds were asked for. */
  private readonly loaded = new Map<number, Promise<void>>();

  constructor(private readonly engine: Pick<ClusterEngine, 'roundProfiles' | 'capabilities'>, model: Pick<ClusterModel, 'onEvent'>) {
    this.owned.add(model.onEvent((change) => {
      // Another supervisor, or another cluster: what was known may be of neither.
      if (change.type === 'cluster') this.forget(change.exists);
      if (change.type !== 'round') return;
      this.history.add(change.node, change.round);
      this.changed.fire(change.node);
    }));
  }

  /** A node has other rounds than before. */
  readonly onDidChange = (listener: (node: number) => void): Disposable => this.changed.on(listener);

  /** Whether the engine tells of rounds at all. */
  get available(): boolean {
    return this.engine.capabilities.profiling;
  }

  /** Oldest first; without those that a debugger had to do with. */
  of(node: number): readonly RoundProfile[] {
    return this.history.of(node).filter(({ debugged }) => !debugged);
  }

  /** Resolves when the rounds before are there, too. Throws what `roundProfiles` throws. */
  load(node: number): Promise<void> {
    const known = this.loaded.get(node);
    if (known) return known;
    const loading = this.engine.roundProfiles(node).then((rounds) => {
      this.history.addBefore(node, rounds);
      if (rounds.length > 0) this.changed.fire(node);
    });
    this.loaded.set(node, loading);
    loading.catch(() => this.loaded.delete(node));
    return loading;
  }

  dispose(): void {
    this.owned.dispose();
  }

  private forget(exists: boolean): void {
    this.loaded.clear();
    if (!exists) this.history.clear();
  }
}
