import * as vscode from 'vscode';
import { asHotPocketError, type ErrorCode, type HotPocketError } from '../../base/errors';
import { offer, type Offer } from './offer';

const setting = (name: string): Offer => ({ title: vscode.l10n.t('Open Setting'), command: 'workbench.action.openSettings', args: [name] });
const file = (path: unknown): Offer => ({ title: vscode.l10n.t('Open File'), command: 'vscode.open', args: [vscode.Uri.file(String(path))] });
const nodeLog = (node: unknown): Offer => ({ title: vscode.l10n.t('Show Log'), command: 'hotpocket.showLog', args: [node] });

/** What helps against an error; the extension's log is always offered. */
const offers: { readonly [C in ErrorCode]?: (details: Readonly<Record<string, unknown>>) => Offer } = {
  CLUSTER_NOT_FOUND: () => ({ title: vscode.l10n.t('Deploy Contract…'), command: 'hotpocket.deploy' }),
  PORT_IN_USE: () => setting('hotpocket.userPortBegin'),
  INVALID_PORT: () => setting('hotpocket.userPortBegin'),
  INVALID_CLUSTER_SIZE: () => setting('hotpocket.clusterSize'),
  NODE_JS_NOT_FOUND: () => setting('hotpocket.nodePath'),
  OVERRIDE_INVALID: ({ path }) => file(path),
  BUILD_FAILED: () => ({ title: vscode.l10n.t('Show Terminal'), command: 'workbench.action.terminal.focus' }),
  NODE_START_FAILED: ({ node }) => nodeLog(node),
  DEBUG_NODE_BUSY: () => ({ title: vscode.l10n.t('Debug Another Node'), command: 'hotpocket.debugNode' }),
  WORKSPACE_UNTRUSTED: () => ({ title: vscode.l10n.t('Manage Workspace Trust'), command: 'workbench.trust.manage' }),
};

/** Shows what went wrong and what to do, with buttons that do it. Details go to the extension's log. Never throws. */
export async function showError(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  const coded: HotPocketError = asHotPocketError(error);
  if (coded.code === 'CANCELLED') return;
  log.error(`[${coded.code}] ${coded.message} ${coded.remedy}`);
  if (coded.code === 'INTERNAL' && coded.cause instanceof Error && coded.cause.stack) log.debug(coded.cause.stack);
  const helping = offers[coded.code]?.({ ...coded.details });
  const details: Offer = { title: vscode.l10n.t('Show Details'), command: 'hotpocket.showOutput' };
  await offer(vscode.window.showErrorMessage, `${coded.message} ${coded.remedy}`, helping ? [helping, details] : [details]).then(undefined, (problem: unknown) => log.error(String(problem)));
}
