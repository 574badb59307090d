import * as vscode from 'vscode';
import { errorText } from '../../base/errors';
import { OVERRIDE } from '../../project/contractFolders';
import { setContextKey } from '../contextKeys';
import type { Services } from '../services';
import { contractsOfWorkspace } from './find';

/** Keeps the context key true that says whether the workspace has a contract. */
export function keepContractFound({ context, log }: Services): void {
  const look = async (): Promise<void> => setContextKey('hotpocket.contractFound', (await contractsOfWorkspace(context)).length > 0);
  const files = vscode.workspace.createFileSystemWatcher(`**/${OVERRIDE}`, false, true, false);
  const later = (): void => void look().catch((error: unknown) => log.warn(errorText(error)));
  context.subscriptions.push(files, files.onDidCreate(later), files.onDidDelete(later), vscode.workspace.onDidChangeWorkspaceFolders(later));
  later();
}
