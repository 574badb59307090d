import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposables';
import { asHotPocketError } from '../../base/errors';
import type { ClusterStatus } from '../../cluster/engine';
import type { ClusterView } from '../model/clusterModel';
import type { Services } from '../services';
import { childrenOf, clusterElement, stateElements, type TreeElement } from './elements';
import { rowOf } from './rows';
import { calmPart, ShownRows, type Current } from './shownRows';
import { listStateFolder } from './stateFolder';
import { treeItem } from './treeItem';

/** Showing a row anew swallows the click that falls into it (VS Code makes its buttons anew), so what changes with every ledger has to wait. */
const LEDGERS_EVERY_MS = 5_000;
/**
 * What belongs together comes within milliseconds: a node that dies is missed by its peers, too. VS Code shows the first event at once, but what
 * follows it only after 200 ms without one.
 */
const BURST_MS = 40;

/** The rows of the view "Cluster". Quiet while nobody looks; then only what changed is shown anew. */
export class ClusterTree implements vscode.TreeDataProvider<TreeElement>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<TreeElement[] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly owned = new DisposableList();
  private readonly shown = new ShownRows();
  /** Nodes whose state may be another since it was listed. */
  private readonly ran = new Set<number>();
  private watching = false;
  private calm = '';
  private refreshedAt = 0;
  private waiting: NodeJS.Timeout | undefined;
  /** When that is over, ms since 1970. */
  private showAt = 0;

  constructor(private readonly services: Services) {
    this.owned.add(this.changed);
    this.owned.add(services.model.onDidChange((view) => this.onView(view)));
    this.owned.add(services.model.onEvent((change) => change.type === 'run' && change.phase === 'ended' && this.ran.add(change.node)));
  }

  /** Whether the view can be seen. */
  watch(visible: boolean): void {
    this.watching = visible;
    if (visible) this.onView(this.services.model.view);
  }

  /** Shows everything anew. */
  refresh(): void {
    this.changed.fire(undefined);
  }

  getTreeItem(element: TreeElement): vscode.TreeItem {
    const { status } = this.services.model;
    const row = status && rowOf(element, status, vscode.l10n);
    this.shown.gaveRow(element, row ?? null);
    return treeItem(element, row, status?.name ?? '');
  }

  async getChildren(element?: TreeElement): Promise<TreeElement[]> {
    const { status } = this.services.model;
    if (!status) return [];
    if (!element) return [this.shown.intern(clusterElement(status))];
    const found = childrenOf(element, status) ?? (element.kind === 'folder' ? await this.readFolder(element, status) : []);
    const children = found.map((child) => this.shown.intern(child));
    this.shown.gaveChildren(element, children);
    return children;
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.owned.dispose();
  }

  private async readFolder(element: TreeElement & { kind: 'folder' }, status: ClusterStatus): Promise<TreeElement[]> {
    const stateDir = status.nodes.find(({ node }) => node === element.node)?.stateDir;
    if (stateDir === undefined) return [];
    try {
      return stateElements(element, await listStateFolder(stateDir, element.path));
    } catch (error) {
      this.services.log.warn(asHotPocketError(error).message);
      return [];
    }
  }

  private onView(view: ClusterView): void {
    if (!this.watching) return;
    if (view.kind !== 'cluster') {
      this.calm = '';
      this.shown.clear();
      this.refresh();
      return;
    }
    const calm = calmPart(view.status);
    if (this.calm === '') this.refresh();
    // Else only ledgers and votes went on.
    else this.showIn(calm !== this.calm ? BURST_MS : this.refreshedAt + LEDGERS_EVERY_MS - Date.now());
    this.calm = calm;
  }

  private showIn(ms: number): void {
    const at = Date.now() + Math.max(0, ms);
    if (this.waiting && this.showAt <= at) return;
    clearTimeout(this.waiting);
    this.showAt = at;
    this.waiting = setTimeout(() => this.showChanges(), at - Date.now());
  }

  private showChanges(): void {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    const { status } = this.services.model;
    if (!status || !this.watching) return;
    this.refreshedAt = Date.now();
    const current: Current = { row: (element) => rowOf(element, status, vscode.l10n), children: (element) => childrenOf(element, status) };
    const changed = this.shown.changed(current, this.ran);
    this.ran.clear();
    if (changed.length > 0) this.changed.fire(changed);
  }
}
