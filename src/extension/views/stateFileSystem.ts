import * as vscode from 'vscode';
import { readFile, stat } from 'node:fs/promises';
import { DisposableList } from '../../base/disposables';
import type { ClusterModel } from '../model/clusterModel';
import { listStateFolder, pathInState } from './stateFolder';
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

  constructor(private readonly model: ClusterModel) {
    this.owned.add(this.changed);
    this.owned.add(model.onEvent((change) => change.type === 'run' && change.phase === 'ended' && this.touch(change.node)));
  }

  watch(uri: vscode.Uri): vscode.Disposable {
    this.watched.add(uri);
    return new vscode.Disposable(() => this.watched.delete(uri));
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const found = await stat(this.find(uri)).catch(() => undefined);
    if (!found) throw vscode.FileSystemError.FileNotFound(uri);
    const type = found.isDirectory() ? vscode.FileType.Directory : vscode.FileType.File;
    return { type, ctime: found.ctimeMs, mtime: found.mtimeMs, size: found.size, permissions: vscode.FilePermission.Readonly };
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const { stateDir, path } = this.locate(uri);
    return (await listStateFolder(stateDir, path)).map(({ name, isFolder }) => [name, isFolder ? vscode.FileType.Directory : vscode.FileType.File]);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const content = await readFile(this.find(uri)).catch(() => undefined);
    if (!content) throw vscode.FileSystemError.FileNotFound(uri);
    return content;
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

  private find(uri: vscode.Uri): string {
    const { stateDir, path } = this.locate(uri);
    const found = pathInState(stateDir, path);
    if (found === undefined) throw vscode.FileSystemError.NoPermissions(uri);
    return found;
  }

  private locate(uri: vscode.Uri): { readonly stateDir: string; readonly path: string } {
    const parsed = parseStateUri(uri);
    const node = this.model.status?.nodes.find((one) => one.node === parsed?.node);
    if (!parsed || !node) throw vscode.FileSystemError.FileNotFound(uri);
    return { stateDir: node.stateDir, path: parsed.path };
  }
}
