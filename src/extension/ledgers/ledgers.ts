import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposables';
import { asHotPocketError, HotPocketError } from '../../base/errors';
import type { LedgerInfo } from '../../base/ledgers';
import type { ClusterEngine } from '../../cluster/engine';
import type { ClusterModel } from '../model/clusterModel';
import { LedgerCounts } from './ledgerCounts';
import { LedgerDocuments } from './ledgerDocuments';
import { filterText, passes, type LedgerFilter } from './ledgerFilter';
import { LedgerList } from './ledgerList';
import { LedgerTree } from './ledgerTree';

/** Ledgers that are shown at first, and with every "Show older ledgers". */
const PAGE = 50;

export interface LedgersHost {
  readonly engine: Pick<ClusterEngine, 'ledgers'>;
  readonly model: ClusterModel;
  readonly log: vscode.LogOutputChannel;
}

/** The view "Ledgers": the last ledgers as they close, a filter, and each as a document. */
export class Ledgers implements vscode.Disposable {
  private readonly list = new LedgerList(PAGE);
  private readonly tree = new LedgerTree(this);
  private readonly documents = new LedgerDocuments();
  private readonly counts = new LedgerCounts({
    known: () => this.known,
    ask: (query) => this.host.engine.ledgers(query),
    counted: (ledger) => this.add(ledger),
  });
  private readonly view = vscode.window.createTreeView('hotpocket.ledgers', { treeDataProvider: this.tree });
  private readonly owned = new DisposableList();
  private chosen: LedgerFilter | undefined;
  /** Older ones than the nodes have. */
  private reachedEnd = false;
  private times = 0;

  constructor(private readonly host: LedgersHost) {
    const { model } = host;
    const owned = [
      this.tree,
      this.view,
      ...this.documents.register(),
      this.view.onDidChangeVisibility(({ visible }) => this.watch(visible)),
      model.onEvent((change) => {
        if (change.type === 'cluster') void this.anew(change.exists);
        if (change.type === 'ledger') this.heard({ seqNo: change.seqNo, hash: change.hash, ...change.ledger });
      }),
    ];
    for (const one of owned) this.owned.add(one);
    this.watch(this.view.visible);
    void this.anew(model.status !== undefined);
  }

  get filter(): LedgerFilter | undefined {
    return this.chosen;
  }

  set filter(filter: LedgerFilter | undefined) {
    this.chosen = filter;
    this.view.description = filter ? filterText(filter, vscode.l10n) : '';
    this.refresh();
  }

  /** All that are known, newest first. */
  get known(): readonly LedgerInfo[] {
    return this.list.all;
  }

  get shown(): readonly LedgerInfo[] {
    return this.known.filter((ledger) => passes(ledger, this.filter));
  }

  get hasOlder(): boolean {
    return !this.reachedEnd && (this.list.oldest ?? 1) > 1;
  }

  /** Ledgers before those that are known. Throws what `ledgers` throws. */
  async loadOlder(): Promise<void> {
    const before = this.list.oldest;
    const found = await this.host.engine.ledgers({ count: PAGE, ...(before !== undefined && { before }) });
    this.reachedEnd = found.length === 0;
    this.list.addOlder(found);
    this.refresh();
    this.counts.look();
  }

  /** Resolves when of the known ledgers all is known that nodes can tell, such as whose inputs they have. */
  count(): Promise<void> {
    return this.counts.all();
  }

  /** Opens a ledger, with what is in it as far as a node still has it. Throws LEDGER_NOT_FOUND, and what `ledgers` throws. */
  async open(seqNo: number): Promise<void> {
    const [found] = await this.host.engine.ledgers({ before: seqNo + 1, count: 1, contents: true });
    const ledger = found?.seqNo === seqNo ? found : this.list.get(seqNo);
    if (!ledger) throw new HotPocketError('LEDGER_NOT_FOUND', { ledger: seqNo });
    await this.documents.show(ledger);
  }

  dispose(): void {
    this.owned.dispose();
  }

  /** The cluster or the way to it is another one: what it has is asked for. */
  private async anew(exists: boolean): Promise<void> {
    const time = ++this.times;
    if (!exists) this.list.clear();
    this.reachedEnd = false;
    this.refresh();
    if (!exists) return;
    try {
      const found = await this.host.engine.ledgers({ count: PAGE });
      // Meanwhile it may have become yet another one, or none.
      if (time !== this.times) return;
      for (const ledger of found) this.list.add(ledger);
    } catch (error) {
      // Those to come are told all the same.
      this.host.log.debug(asHotPocketError(error).message);
    }
    this.refresh();
    this.counts.forget();
  }

  private heard(ledger: LedgerInfo): void {
    this.add(ledger);
    this.counts.look();
  }

  private add(ledger: LedgerInfo): void {
    this.list.add(ledger);
    this.tree.refreshSoon();
    this.explain();
  }

  private watch(visible: boolean): void {
    this.tree.watch(visible);
    this.counts.watch(visible);
  }

  private refresh(): void {
    this.tree.refresh();
    this.explain();
  }

  private explain(): void {
    const { filter, known } = this;
    const message = filter && known.length > 0 && this.shown.length === 0 ? vscode.l10n.t('None of the ledgers from #{0} on matches: {1}.', this.list.oldest ?? 0, filterText(filter, vscode.l10n)) : '';
    if (this.view.message !== message) this.view.message = message;
  }
}
