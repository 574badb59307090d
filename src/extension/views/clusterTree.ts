import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposables';
import { asHotPocketError } from '../../base/errors';
import type { ClusterStatus } from '../../cluster/engine';
import type { ClusterView } from '../model/clusterModel';
import type { Services } from '../services';
import { childrenOf, clusterElement, stateElements, type TreeElement } from './elements';
import { FolderListings } from './folderListings';
import type { Row } from './row';
import { rowOf } from './rows';
import { calmPart, ShownRows, type Current } from './shownRows';
import { treeItem } from './treeItem';

/** Showing a row anew swallows the click that falls into it (VS Code makes its buttons anew), so rows that change with every ledger have to wait. */
const LEDGERS_EVERY_MS = 1_000;

/** The rows of the view "Cluster". Quiet while nobody looks; then only what changed is shown anew. */
export class ClusterTree implements vscode.TreeDataProvider<TreeElement>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<TreeElement[] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly owned = new DisposableList();
  private readonly shown = new ShownRows();
  private readonly folders: FolderListings;
  private watching = false;
  private calm = '';
  private refreshedAt = 0;
  private waiting: NodeJS.Timeout | undefined;

  constructor(private readonly services: Services) {
    this.owned.add(this.changed);
    this.folders = this.owned.add(new FolderListings({
      list: async (folder, signal) => stateElements(folder, await services.engine.stateFiles(folder.node).list(folder.path, signal)),
      changed: (folder) => this.changed.fire([this.shown.intern(folder)]),
      failed: (error) => services.log.warn(asHotPocketError(error).message),
    }));
    for (const rounds of [services.nodeRounds, services.roundTimes]) this.owned.add(rounds.onDidChange(() => this.watching && this.showChangesSoon()));
    this.owned.add(services.troubles.onDidChange(() => this.watching && this.showChanges()));
    this.owned.add(services.model.onDidChange((view) => this.onView(view)));
    this.owned.add(services.model.onEvent((change) => this.folders.hear(change)));
  }

  /** Whether the view can be seen. */
  watch(visible: boolean): void {
    this.watching = visible;
    this.folders.watch(visible);
    if (visible) this.onView(this.services.model.view);
  }

  /** Whether the rows below a row can be seen. */
  expanded({ id }: TreeElement, expanded: boolean): void {
    if (expanded) this.folders.expand(id);
    else this.folders.collapse(id);
  }

  /** Shows everything anew. */
  refresh(): void {
    this.changed.fire(undefined);
  }

  getTreeItem(element: TreeElement): vscode.TreeItem {
    const { status } = this.services.model;
    const row = status && this.row(element, status);
    this.shown.gaveRow(element, row ?? null);
    return treeItem(element, row, status?.name ?? '');
  }

  async getChildren(element?: TreeElement): Promise<TreeElement[]> {
    const { status } = this.services.model;
    if (!status) return [];
    if (!element) return [this.shown.intern(clusterElement(status))];
    // What was before is shown when it comes; an older supervisor has none, as the command says.
    if (element.kind === 'node' && this.services.nodeRounds.available) void this.services.nodeRounds.load(element.node).catch(() => undefined);
    const found = this.children(element, status) ?? (element.kind === 'folder' ? await this.folders.children(element) : []);
    const children = found.map((child) => this.shown.intern(child));
    this.shown.gaveChildren(element, children);
    return children;
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.owned.dispose();
  }

  private onView(view: ClusterView): void {
    if (view.kind === 'cluster') this.folders.keep(view.status.nodes.map(({ node }) => node));
    else this.folders.clear();
    if (!this.watching) return;
    if (view.kind !== 'cluster') {
      this.calm = '';
      this.shown.clear();
      this.refresh();
      return;
    }
    const calm = calmPart(view.status);
    if (this.calm === '') this.refresh();
    else if (calm !== this.calm) this.showChanges();
    // Only ledgers and votes went on.
    else this.showChangesSoon();
    this.calm = calm;
  }

  private row(element: TreeElement, status: ClusterStatus): Row | undefined {
    const { nodeRounds, roundTimes, troubles } = this.services;
    return rowOf(element, status, vscode.l10n, { profiles: (node) => nodeRounds.of(node), times: (node) => roundTimes.of(node) }, troubles.current);
  }

  private children(element: TreeElement, status: ClusterStatus): readonly TreeElement[] | undefined {
    const children = childrenOf(element, status, this.services.troubles.current);
    return this.services.nodeRounds.available ? children : children?.filter(({ kind }) => kind !== 'rounds');
  }

  private showChangesSoon(): void {
    this.waiting ??= setTimeout(() => this.showChanges(), Math.max(0, this.refreshedAt + LEDGERS_EVERY_MS - Date.now()));
  }

  private showChanges(): void {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    const { status } = this.services.model;
    if (!status || !this.watching) return;
    this.refreshedAt = Date.now();
    const current: Current = { row: (element) => this.row(element, status), children: (element) => this.children(element, status) };
    const changed = this.shown.changed(current);
    if (changed.length > 0) this.changed.fire(changed);
  }
}
