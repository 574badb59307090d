import * as vscode from 'vscode';
import { HotPocketError } from '../../base/errors';
import { DisposableList, type Disposable } from '../../base/disposables';
import { setContextKey } from '../contextKeys';
import type { ClusterModel } from '../model/clusterModel';
import { userEndpoint } from '../model/words';
import { ClientConsole } from './clientConsole';
import type { NodeAddress } from './conversation';
import { History } from './history';
import { KeyStore } from './keyStore';

const HISTORY = 'hotpocket.client.history';

interface ClientTerminalsHost {
  readonly context: vscode.ExtensionContext;
  readonly model: ClusterModel;
}

/** The terminals in which one is a user of a node. Each is a user of its own, so any number may be open for one node. */
export class ClientTerminals implements Disposable {
  private readonly open = new Set<{ readonly node: number; readonly console: ClientConsole; readonly terminal: vscode.Terminal }>();
  private readonly keys: KeyStore;

  constructor(private readonly host: ClientTerminalsHost) {
    this.keys = new KeyStore(host.context.secrets);
  }

  show(node: number): void {
    const others = [...this.open].filter((one) => one.node === node);
    const [console, pty] = this.makeConsole(node, !others.some((one) => one.console.usesKept));
    const name = vscode.l10n.t('HotPocket client: node {0}', node);
    const terminal = vscode.window.createTerminal({ name, pty, iconPath: new vscode.ThemeIcon('comment-discussion'), isTransient: true });
    const entry = { node, console, terminal };
    this.open.add(entry);
    pty.onDidEnd(() => this.open.delete(entry));
    terminal.show();
  }

  dispose(): void {
    for (const { terminal } of this.open) terminal.dispose();
  }

  private makeConsole(node: number, beginsKept: boolean): [ClientConsole, ConsolePty] {
    const pty = new ConsolePty();
    const console = new ClientConsole({
      node,
      l10n: vscode.l10n,
      keys: this.keys,
      beginsKept,
      history: this.history,
      remember: (line) => this.remember(line),
      find: () => this.find(node),
      accepted: () => setContextKey('hotpocket.inputAccepted', true),
      loadClient: () => import('../../client/client'),
      write: (data) => pty.write(data),
      end: () => pty.end(),
    });
    pty.console = console;
    return [console, pty];
  }

  private get history(): readonly string[] {
    return this.host.context.workspaceState.get<string[]>(HISTORY, []);
  }

  /** Other consoles may have added lines meanwhile. */
  private remember(line: string): void {
    const history = new History(this.history);
    history.add(line);
    void this.host.context.workspaceState.update(HISTORY, history.entries);
  }

  private async find(number: number): Promise<NodeAddress> {
    await this.host.model.refresh();
    const { status } = this.host.model;
    if (!status) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: 'default' });
    const node = status.nodes.find((one) => one.node === number);
    if (!node) throw new HotPocketError('NODE_NOT_FOUND', { node: number, count: status.nodes.length });
    return { url: userEndpoint(node), contractId: status.contractId, unl: status.nodes.filter((one) => one.inUnl).map((one) => one.publicKey) };
  }
}

/** A console as VS Code wants it. */
class ConsolePty implements vscode.Pseudoterminal {
  private readonly owned = new DisposableList();
  private readonly written = this.owned.add(new vscode.EventEmitter<string>());
  private readonly closed = this.owned.add(new vscode.EventEmitter<void>());
  private readonly ended = this.owned.add(new vscode.EventEmitter<void>());
  readonly onDidWrite = this.written.event;
  readonly onDidClose = this.closed.event;
  readonly onDidEnd = this.ended.event;
  console: ClientConsole | undefined;

  open(size: vscode.TerminalDimensions | undefined): void {
    this.console?.open(size);
  }

  handleInput(data: string): void {
    this.console?.input(data);
  }

  setDimensions(size: vscode.TerminalDimensions): void {
    this.console?.resize(size);
  }

  /** The terminal is gone, or about to go. */
  close(): void {
    this.ended.fire();
    void this.console?.close();
    this.owned.dispose();
  }

  write(data: string): void {
    this.written.fire(data);
  }

  /** By the user, from inside. VS Code does not call `close` then. */
  end(): void {
    this.closed.fire();
    this.close();
  }
}
