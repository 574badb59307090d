import * as vscode from 'vscode';
import { RowCommands } from '../ui/rowCommands';
import type { TreeElement } from './elements';
import type { Row } from './row';
import { stateUri } from './stateUri';

const COLLAPSIBLE = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
} as const;

/** As many as there are nodes and known failures. */
const presses = new RowCommands();

/** A row in VS Code's terms. An element that is gone, whose parent is about to be shown without it, has an empty one. */
export function treeItem(element: TreeElement, row: Row | undefined, cluster: string): vscode.TreeItem {
  const item = row ? rowItem(row) : new vscode.TreeItem('');
  item.id = element.id;
  if (!row) return item;
  if (element.kind === 'rounds') item.command = presses.of('hotpocket.showProfile', vscode.l10n.t('Show Round Profile'), element.id, element);
  if (element.kind === 'trouble') item.command = presses.of('hotpocket.explainTrouble', vscode.l10n.t('Explain'), element.id, element);
  if (element.kind === 'folder') item.iconPath = vscode.ThemeIcon.Folder;
  if (element.kind === 'file') {
    item.resourceUri = stateUri(cluster, element.node, element.path);
    item.iconPath = vscode.ThemeIcon.File;
    item.command = { command: 'hotpocket.openStateFile', title: vscode.l10n.t('Open'), arguments: [element] };
  }
  return item;
}

/** The same for any row. */
export function rowItem(row: Row): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, COLLAPSIBLE[row.children]);
  item.contextValue = row.contextValue;
  if (row.description !== undefined) item.description = row.description;
  if (row.tooltip !== undefined) item.tooltip = new vscode.MarkdownString(row.tooltip);
  if (row.icon) item.iconPath = new vscode.ThemeIcon(row.icon.id, row.icon.color === undefined ? undefined : new vscode.ThemeColor(row.icon.color));
  if (row.spoken !== undefined) item.accessibilityInformation = { label: row.spoken };
  return item;
}
