import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposables';
import { errorText } from '../../base/errors';
import type { ClusterStatus } from '../../cluster/engine';
import type { Services } from '../services';
import { onDidChangeSettings, setting } from '../settings';
import { MergedLogView, NodeLogView, type LogViewOptions } from './logViews';

export const LOG_LANGUAGE = 'hotpocket-log';
const SHOWN = 'hotpocket.shownLogs';

/** A node's number, or 0 for all nodes together. */
type Key = number;
const ALL = 0;

interface Opened {
  readonly channel: vscode.OutputChannel;
  view: NodeLogView | MergedLogView;
}

/**
 * An output channel for each node, and one for all together. A log is read from when it was first shown until the cluster is cleaned. What a
 * window showed, it shows again when it is opened the next time, so that its output view does not come up empty.
 */
export class LogChannels implements Disposable {
  private readonly opened = new Map<Key, Opened>();
  private readonly listening = new DisposableList();

  constructor(private readonly host: Pick<Services, 'context' | 'log' | 'engine' | 'model'>) {
    const { context, model } = host;
    this.listening.add(model.onEvent((change) => change.type === 'cluster' && !change.exists && this.closeAll()));
    this.listening.add(model.onDidChange((view) => (view.kind === 'none' ? this.closeAll() : view.kind === 'cluster' && this.follow(view.status))));
    this.listening.add(onDidChangeSettings(['logTail'], () => this.readAnew()));
    const shown = context.workspaceState.get<readonly Key[]>(SHOWN, []);
    const nodes = model.status?.nodes.map(({ node }) => node) ?? [];
    for (const key of shown) if (nodes.length > 0 && (key === ALL || nodes.includes(key))) this.open(key);
  }

  /** Shows the log of a node, without taking the keyboard from where it is. */
  show(node: number): void {
    this.open(node).channel.show(true);
  }

  showAll(): void {
    this.open(ALL).channel.show(true);
  }

  dispose(): void {
    this.listening.dispose();
    for (const key of [...this.opened.keys()]) this.close(key);
  }

  private open(key: Key): Opened {
    const known = this.opened.get(key);
    if (known) return known;
    const name = key === ALL ? vscode.l10n.t('HotPocket: all nodes') : vscode.l10n.t('HotPocket: node {0}', key);
    const channel = vscode.window.createOutputChannel(name, LOG_LANGUAGE);
    const opened = { channel, view: this.view(key, channel) };
    this.opened.set(key, opened);
    this.remember();
    return opened;
  }

  private view(key: Key, channel: vscode.OutputChannel): NodeLogView | MergedLogView {
    const options: LogViewOptions = {
      engine: this.host.engine,
      sink: channel,
      lines: setting('logTail'),
      header: (leftOut) => `⋯ ${this.header(key, leftOut)}\n`,
      failed: (node, error) => this.host.log.warn(`The log of node ${node} cannot be read: ${errorText(error)}`),
    };
    if (key !== ALL) return new NodeLogView(key, options);
    const view = new MergedLogView(options);
    view.setNodes(this.host.model.status?.nodes.map(({ node }) => node) ?? []);
    return view;
  }

  private header(key: Key, leftOut: number): string {
    const { status } = this.host.model;
    const whole = (key === ALL ? status?.home : status?.nodes.find(({ node }) => node === key)?.logFile) ?? '';
    // The first one only tells that there are more.
    if (leftOut === 1) return vscode.l10n.t('Earlier lines are not shown here. The whole log: {0}', whole);
    return vscode.l10n.t('At least {0} earlier lines are not shown here. The whole log: {1}', leftOut.toLocaleString(vscode.env.language), whole);
  }

  private follow({ nodes }: ClusterStatus): void {
    const numbers = nodes.map(({ node }) => node);
    for (const [key, { view }] of [...this.opened]) {
      if (view instanceof MergedLogView) view.setNodes(numbers);
      else if (!numbers.includes(key)) this.close(key);
    }
  }

  private readAnew(): void {
    for (const [key, opened] of this.opened) {
      opened.view.dispose();
      opened.channel.clear();
      opened.view = this.view(key, opened.channel);
    }
  }

  private closeAll(): void {
    for (const key of [...this.opened.keys()]) this.close(key);
    this.remember();
  }

  private close(key: Key): void {
    const opened = this.opened.get(key);
    this.opened.delete(key);
    opened?.view.dispose();
    opened?.channel.dispose();
  }

  private remember(): void {
    void this.host.context.workspaceState.update(SHOWN, [...this.opened.keys()]);
  }
}
