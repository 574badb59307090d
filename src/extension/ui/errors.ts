import * as vscode from 'vscode';
import { asHotPocketError, type ErrorCode, type HotPocketError } from '../../base/errors';

/** A button under an error: what it says, and the command behind it. */
interface Action {
  readonly title: string;
  readonly command: string;
  readonly args?: readonly unknown[];
}

/** What helps against an error; the log is always offered. */
const actions: { readonly [C in ErrorCode]?: (error: HotPocketError) => readonly Action[] } = {
  CLUSTER_NOT_FOUND: () => [{ title: vscode.l10n.t('Deploy Contract…'), command: 'hotpocket.deploy' }],
  PORT_IN_USE: () => [settingsAction('hotpocket.userPortBegin')],
  INVALID_PORT: () => [settingsAction('hotpocket.userPortBegin')],
  INVALID_CLUSTER_SIZE: () => [settingsAction('hotpocket.clusterSize')],
  NODE_JS_NOT_FOUND: () => [settingsAction('hotpocket.nodePath')],
  OVERRIDE_INVALID: (error) => ('path' in error.details ? [openFileAction(String(error.details.path))] : []),
  NODE_START_FAILED: (error) => ('node' in error.details ? [{ title: vscode.l10n.t('Show Log'), command: 'hotpocket.showLog', args: [error.details.node] }] : []),
};

const settingsAction = (name: string): Action => ({ title: vscode.l10n.t('Open Setting'), command: 'workbench.action.openSettings', args: [name] });
const openFileAction = (path: string): Action => ({ title: vscode.l10n.t('Open File'), command: 'vscode.open', args: [vscode.Uri.file(path)] });

/** Shows what went wrong and what to do, with buttons that do it. Details go to the extension's log. Never throws. */
export async function showError(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  const coded = asHotPocketError(error);
  if (coded.code === 'CANCELLED') return;
  log.error(`[${coded.code}] ${coded.message} ${coded.remedy}`);
  if (coded.code === 'INTERNAL' && coded.cause instanceof Error && coded.cause.stack) log.debug(coded.cause.stack);
  const showLog: Action = { title: vscode.l10n.t('Show Details'), command: 'hotpocket.showOutput' };
  const offered = [...(actions[coded.code]?.(coded) ?? []), showLog];
  const chosen = await vscode.window.showErrorMessage(`${coded.message} ${coded.remedy}`, ...offered.map((action) => action.title));
  const action = offered.find(({ title }) => title === chosen);
  if (action) await vscode.commands.executeCommand(action.command, ...(action.args ?? []));
}
