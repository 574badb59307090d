import * as vscode from 'vscode';

/** A list to choose from. What is typed is looked for in all that its rows say, not only in their first words. */
export async function pick<T extends vscode.QuickPickItem>(items: readonly T[], options: Omit<vscode.QuickPickOptions, 'canPickMany'>): Promise<T | undefined> {
  return vscode.window.showQuickPick(items, { matchOnDescription: true, matchOnDetail: true, ...options });
}
