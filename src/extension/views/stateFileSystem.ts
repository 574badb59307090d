import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposables';
import { asHotPocketError } from '../../base/errors';
import type { ClusterEngine } from '../../cluster/engine';
import type { StateFiles } from '../../cluster/stateFiles';
import type { ClusterModel } from '../model/clusterModel';
import { parseStateUri } from './stateUri';

/**
 * The state of every node, read-only: changing a node's files behind its back would make its state differ from the
 * others'. Documents that are open follow what the contract writes.
 */
export class StateFileSystem implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly owned = new DisposableList();
  private readonly watched = new Set<vscode.Uri>();
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;

  constructor(private readonly engine: ClusterEngine, private readonly model: ClusterModel) {
    this.owned.add(this.changed);
    // Of containers nobody tells when the contract ran.
    this.owned.add(model.onEvent((change) => (change.type === 'ledger' || (change.type === 'run' && change.phase === 'ended')) && this.touch(change.node)));
  }

  watch(uri: vscode.Uri): vscode.Disposable {
    this.watched.add(uri);
    return new vscode.Disposable(() => this.watched.delete(uri));
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { isFolder, size, changedAt } = await this.ask(uri, (state, path) => state.stat(path));
    return { type: isFolder ? vscode.FileType.Directory : vscode.FileType.File, ctime: changedAt, mtime: changedAt, size, permissions: vscode.FilePermission.Readonly };
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const entries = await this.ask(uri, (state, path) => state.list(path));
    return entries.map(({ name, isFolder }) => [name, isFolder ? vscode.FileType.Directory : vscode.FileType.File]);
  }

  readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return this.ask(uri, (state, path) => state.read(path));
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private touch(node: number): void {
    const uris = [...this.watched].filter((uri) => parseStateUri(uri)?.node === node);
    if (uris.length > 0) this.changed.fire(uris.map((uri) => ({ type: vscode.FileChangeType.Changed, uri })));
  }

  private async ask<T>(uri: vscode.Uri, question: (state: StateFiles, path: string) => Promise<T | undefined>): Promise<T> {
    const { node, path } = parseStateUri(uri) ?? {};
    let answer: T | undefined;
    try {
      if (node !== undefined && path !== undefined && this.model.status?.nodes.some((one) => one.node === node)) answer = await question(this.engine.stateFiles(node), path);
    } catch (error) {
      throw vscode.FileSystemError.Unavailable(asHotPocketError(error).message);
    }
    if (answer === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return answer;
  }
}
