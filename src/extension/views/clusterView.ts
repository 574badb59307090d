import * as vscode from 'vscode';
import { asHotPocketError } from '../../base/errors';
import type { ClusterView } from '../model/clusterModel';
import type { Services } from '../services';
import { ClusterTree } from './clusterTree';
import { StateFileSystem } from './stateFileSystem';
import { STATE_SCHEME } from './stateUri';

/** The view "Cluster" in the side bar, and the files that can be opened from it. */
export function showClusterView(services: Services): void {
  const { context, model } = services;
  const tree = new ClusterTree(services);
  const view = vscode.window.createTreeView('hotpocket.cluster', { treeDataProvider: tree });
  const files = new StateFileSystem(services.engine, model);
  const explain = (current: ClusterView): void => {
    view.message = current.kind === 'failed' ? problem(current.error) : '';
  };
  explain(model.view);
  tree.watch(view.visible);
  context.subscriptions.push(
    view,
    tree,
    files,
    view.onDidChangeVisibility(({ visible }) => tree.watch(visible)),
    view.onDidExpandElement(({ element }) => tree.expanded(element, true)),
    view.onDidCollapseElement(({ element }) => tree.expanded(element, false)),
    model.onDidChange(explain),
    vscode.workspace.registerFileSystemProvider(STATE_SCHEME, files, { isReadonly: true, isCaseSensitive: process.platform === 'linux' }),
  );
}

function problem(error: unknown): string {
  const { message, remedy } = asHotPocketError(error);
  return `${message} ${remedy}`;
}
