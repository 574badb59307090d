import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposables';
import type { ClusterModel } from '../model/clusterModel';
import type { NodeRounds } from './nodeRounds';
import { profileText } from './profileText';

const PROFILE_SCHEME = 'hotpocket-profile';

/** With short rounds figures come faster than one can read. */
const EVERY_MS = 1000;

/** The read-only documents with a node's rounds. Those that can be seen follow what happens. */
export class ProfileDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly owned = new DisposableList();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private waiting: NodeJS.Timeout | undefined;
  private toldAt = 0;

  constructor(private readonly rounds: NodeRounds, private readonly model: ClusterModel) {
    const later = (): void => this.later();
    this.owned.add(this.changed);
    this.owned.add(vscode.workspace.registerTextDocumentContentProvider(PROFILE_SCHEME, this));
    this.owned.add(rounds.onDidChange(later));
    this.owned.add(model.onDidChange(later));
    // One that was covered has not followed.
    this.owned.add(vscode.window.onDidChangeVisibleTextEditors(later));
  }

  /** Opens a node's document, with the rounds there are. Throws what `NodeRounds.load` throws. */
  async show(node: number): Promise<void> {
    await this.rounds.load(node);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(profileUri(node)));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const node = nodeOf(uri);
    return profileText(node, this.rounds.of(node), this.model.status, vscode.l10n);
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.owned.dispose();
  }

  private later(): void {
    if (visible().length > 0) this.waiting ??= setTimeout(() => this.tell(), Math.max(0, this.toldAt + EVERY_MS - Date.now()));
  }

  /** VS Code asks for the texts, and shows those that are others. */
  private tell(): void {
    this.waiting = undefined;
    this.toldAt = Date.now();
    for (const uri of visible()) this.changed.fire(uri);
  }
}

const visible = (): vscode.Uri[] => vscode.window.visibleTextEditors.map(({ document }) => document.uri).filter(({ scheme }) => scheme === PROFILE_SCHEME);

/** The last part of the path is what its tab is called. */
function profileUri(node: number): vscode.Uri {
  return vscode.Uri.from({ scheme: PROFILE_SCHEME, path: `/${node}/${vscode.l10n.t('Rounds of node {0}', node)}` });
}

const nodeOf = ({ path }: vscode.Uri): number => Number(path.split('/')[1]);
