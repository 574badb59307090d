import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposables';
import type { ClusterModel } from '../model/clusterModel';
import type { NodeRounds } from './nodeRounds';
import { profileText } from './profileText';

export const PROFILE_SCHEME = 'hotpocket-profile';

/** With short rounds figures come faster than one can read. */
const EVERY_MS = 1000;

/** The read-only documents with a node's rounds. Those that can be seen follow what happens; the others do once they can be. */
export class ProfileDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly owned = new DisposableList();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly outdated = new Set<number>();
  private waiting: NodeJS.Timeout | undefined;
  private toldAt = 0;

  constructor(private readonly rounds: NodeRounds, private readonly model: ClusterModel) {
    this.owned.add(this.changed);
    this.owned.add(vscode.workspace.registerTextDocumentContentProvider(PROFILE_SCHEME, this));
    this.owned.add(rounds.onDidChange((node) => this.outdate([node])));
    this.owned.add(model.onEvent((change) => {
      if (change.type === 'node') this.outdate([change.node.node]);
      if (change.type === 'cluster') this.outdate(this.open().map(({ node }) => node));
    }));
    this.owned.add(vscode.window.onDidChangeVisibleTextEditors(() => this.later()));
  }

  /** Opens a node's document, with the rounds there are. Throws what `NodeRounds.load` throws. */
  async show(node: number): Promise<void> {
    await this.rounds.load(node);
    const document = await vscode.workspace.openTextDocument(profileUri(node));
    this.outdate([node]);
    await vscode.window.showTextDocument(document);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const node = nodeOf(uri);
    return profileText(node, this.rounds.of(node), this.model.status, vscode.l10n);
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.owned.dispose();
  }

  private outdate(nodes: readonly number[]): void {
    for (const node of nodes) this.outdated.add(node);
    this.later();
  }

  private later(): void {
    if (this.visible().length > 0) this.waiting ??= setTimeout(() => this.tell(), Math.max(0, this.toldAt + EVERY_MS - Date.now()));
  }

  private tell(): void {
    this.waiting = undefined;
    this.toldAt = Date.now();
    for (const { node, uri } of this.visible()) {
      this.outdated.delete(node);
      this.changed.fire(uri);
    }
  }

  /** Documents that are seen and not up to date. */
  private visible(): { readonly node: number; readonly uri: vscode.Uri }[] {
    const seen = new Set(vscode.window.visibleTextEditors.map(({ document }) => document.uri.toString()));
    return this.open().filter(({ node, uri }) => this.outdated.has(node) && seen.has(uri.toString()));
  }

  private open(): { readonly node: number; readonly uri: vscode.Uri }[] {
    return vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === PROFILE_SCHEME).map(({ uri }) => ({ node: nodeOf(uri), uri }));
  }
}

/** The last part of the path is what its tab is called. */
function profileUri(node: number): vscode.Uri {
  return vscode.Uri.from({ scheme: PROFILE_SCHEME, path: `/${node}/${vscode.l10n.t('Rounds of node {0}', node)}` });
}

const nodeOf = ({ path }: vscode.Uri): number => Number(path.split('/')[1]);
