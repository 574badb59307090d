import { DisposableList, Emitter, type Disposable } from '../../base/disposables';
import type { ClusterEngine, ClusterStatus, NodeState } from '../../cluster/engine';
import { slowness, together, type ClusterTrouble } from '../../diagnose/troubles/clusterTroubles';
import { NodeTroubles } from '../../diagnose/troubles/nodeTroubles';
import { LogFollower } from '../logs/logFollower';
import type { ClusterModel } from '../model/clusterModel';
import type { NodeRounds } from '../profile/nodeRounds';

/** Of each log: what stands was said in the last rounds. */
const TAIL = 300;
/** What is said at once is told at once. */
const QUIET_MS = 150;

interface Watched {
  readonly follower: LogFollower;
  readonly log: NodeTroubles;
}

/** The troubles that the nodes are in, of all that is known of them: logs and measured rounds. */
export class Troubles implements Disposable {
  private readonly owned = new DisposableList();
  private readonly watched = new Map<number, Watched>();
  private readonly changed = new Emitter<readonly ClusterTrouble[]>();
  private known: readonly ClusterTrouble[] = [];
  private waiting: NodeJS.Timeout | undefined;

  constructor(private readonly engine: Pick<ClusterEngine, 'logs'>, private readonly model: Pick<ClusterModel, 'status' | 'onDidChange'>, private readonly rounds: Pick<NodeRounds, 'of' | 'onDidChange'>) {
    this.owned.add(model.onDidChange(() => this.follow(model.status)));
    this.owned.add(rounds.onDidChange(() => this.lookSoon()));
    this.follow(model.status);
  }

  get current(): readonly ClusterTrouble[] {
    return this.known;
  }

  /** There are others than before. */
  readonly onDidChange = (listener: (troubles: readonly ClusterTrouble[]) => void): Disposable => this.changed.on(listener);

  dispose(): void {
    clearTimeout(this.waiting);
    this.owned.dispose();
    this.follow(undefined);
  }

  private follow(status: ClusterStatus | undefined): void {
    const nodes = status?.nodes.map(({ node }) => node) ?? [];
    for (const node of nodes) if (!this.watched.has(node)) this.watched.set(node, this.watch(node));
    for (const [node, { follower }] of this.watched) {
      if (nodes.includes(node)) continue;
      follower.dispose();
      this.watched.delete(node);
    }
    this.lookSoon();
  }

  private watch(node: number): Watched {
    const log = new NodeTroubles();
    const follower = new LogFollower(this.engine, node, TAIL, {
      begin: () => log.forget(),
      text: (text) => void (log.text(text) && this.lookSoon()),
      // Whoever opens the log is told.
      failed: () => undefined,
    });
    return { follower, log };
  }

  private lookSoon(): void {
    this.waiting ??= setTimeout(() => {
      this.waiting = undefined;
      this.look();
    }, QUIET_MS);
  }

  private look(): void {
    const { status } = this.model;
    const nodes = status?.nodes.filter(({ state }) => isUp(state)) ?? [];
    const troubles = together(new Map(nodes.map(({ node }) => [node, [...(this.watched.get(node)?.log.current ?? []), ...[slowness(this.rounds.of(node))].filter((one) => one !== undefined)]])));
    if (JSON.stringify(troubles) === JSON.stringify(this.known)) return;
    this.known = troubles;
    this.changed.fire(troubles);
  }
}

/** What a node said that somebody stopped is of no interest. */
const isUp = ({ kind }: NodeState): boolean => kind !== 'stopped';
