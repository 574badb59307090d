import type * as vscode from 'vscode';
import type { Disposable } from '../../base/disposables';
import { errorText } from '../../base/errors';
import type { ClusterChange, NodeState, NodeStatusInfo } from '../../cluster/engine';
import type { ClusterModel, ClusterView } from '../model/clusterModel';

type Log = Pick<vscode.LogOutputChannel, 'trace' | 'debug' | 'info' | 'warn'>;

/** Tells the extension's own log what becomes of the cluster: for whoever wants to know afterwards why something was shown. */
export class EngineLog implements Disposable {
  private readonly states = new Map<number, string>();
  private readonly votes = new Map<number, string>();
  private cluster = '';
  private readonly listening: readonly Disposable[];

  constructor(private readonly log: Log, model: Pick<ClusterModel, 'view' | 'onDidChange' | 'onEvent'>) {
    this.listening = [model.onDidChange((view) => this.onView(view)), model.onEvent((change) => this.onChange(change))];
    this.onView(model.view);
  }

  dispose(): void {
    for (const one of this.listening) one.dispose();
  }

  private onView(view: ClusterView): void {
    if (view.kind === 'unknown') return;
    const text = clusterText(view);
    if (text !== this.cluster) this.log[view.kind === 'failed' ? 'warn' : 'info'](text);
    this.cluster = text;
    if (view.kind === 'none') this.states.clear();
    if (view.kind === 'cluster') for (const node of view.status.nodes) this.onNode(node);
  }

  private onChange(change: ClusterChange): void {
    const { log } = this;
    if (change.type === 'node') this.onNode(change.node);
    else if (change.type === 'ledger') log.trace(`Node ${change.node} created ledger ${change.seqNo}-${change.hash.slice(0, 8)}.`);
    else if (change.type === 'run') {
      const { node, kind, ledgerSeqNo, phase, pid } = change;
      log.trace(`Node ${node}: ${kind} run for ledger ${ledgerSeqNo} ${phase} (process ${pid}).`);
    } else if (change.type === 'notice') log.warn(`[${change.code}] ${change.message} ${change.remedy}`);
    else if (change.type === 'pause') log.trace(change.pause ? `A contract of node ${change.pause.node} is held by a debugger${change.pause.goesOn ? '.' : ', and the clock with it.'}` : 'No contract is held.');
    else if (change.type === 'rounds') log.info(`Rounds are ${change.mode === 'eager' ? 'eager' : 'on the grid'}.`);
    else if (change.type === 'cluster') log.debug(change.exists ? 'A supervisor came or went.' : 'The cluster is gone.');
  }

  private onNode({ node, state, voteStatus }: NodeStatusInfo): void {
    const text = stateText(state);
    if (this.states.get(node) !== text) this.log[state.kind === 'crashed' ? 'warn' : 'info'](`Node ${node} is ${text}.`);
    this.states.set(node, text);
    if (state.kind === 'running' && this.votes.get(node) !== voteStatus) this.log.debug(`Node ${node} is ${voteStatus}.`);
    this.votes.set(node, voteStatus);
  }
}

function clusterText(view: Exclude<ClusterView, { kind: 'unknown' }>): string {
  if (view.kind === 'none') return 'There is no cluster.';
  if (view.kind === 'failed') return `The cluster cannot be looked at: ${errorText(view.error)}`;
  const { name, engine, home, nodes, contractPath } = view.status;
  const interrupted = nodes.some(({ state }) => state.kind === 'stopped' && state.interrupted);
  const size = nodes.length === 1 ? '1 node' : `${nodes.length} nodes`;
  return `Cluster '${name}' (${engine}, ${size}) in ${home}, contract ${contractPath ?? 'none'}${interrupted ? '; its supervisor is gone' : ''}.`;
}

function stateText(state: NodeState): string {
  switch (state.kind) {
    case 'stopped': return state.interrupted ? 'interrupted: its supervisor is gone' : 'stopped';
    case 'crashed': return `crashed (${state.exit})${state.retryAt === undefined ? '' : ' and will be started again'}`;
    default: return `${state.kind} (process ${state.pid})`;
  }
}
