import * as vscode from 'vscode';
import { OVERRIDE } from '../../project/contractFolders';
import { setContextKey } from '../contextKeys';
import { contractsOfWorkspace } from './find';

/** Keeps the context key true that says whether the workspace has a contract. */
export function keepContractFound(context: vscode.ExtensionContext): void {
  const look = async (): Promise<void> => setContextKey('hotpocket.contractFound', (await contractsOfWorkspace(context)).length > 0);
  const files = vscode.workspace.createFileSystemWatcher(`**/${OVERRIDE}`, false, true, false);
  const later = (): void => void look();
  context.subscriptions.push(files, files.onDidCreate(later), files.onDidDelete(later), vscode.workspace.onDidChangeWorkspaceFolders(later));
  later();
}
