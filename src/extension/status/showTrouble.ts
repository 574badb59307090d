import * as vscode from 'vscode';
import type { ClusterTrouble } from '../../diagnose/troubles/clusterTroubles';
import { specialHelp } from '../ui/help';
import { offer, type Offer } from '../ui/offer';

/** A message with what happened, what to do, and buttons for it. Ends when the user answered or closed it; never rejects. */
export function showTrouble(log: vscode.LogOutputChannel, trouble: ClusterTrouble): Promise<void> {
  const { message, remedy, nodes, details } = trouble;
  const [node] = nodes;
  const nodeLog: Offer = { title: vscode.l10n.t('Show Log'), command: 'hotpocket.showLog', args: [node] };
  const help = specialHelp({ code: trouble.code, details: { node, ...details } });
  return offer(log, vscode.window.showWarningMessage, `${message} ${remedy}`.trimEnd(), help && help.command !== nodeLog.command ? [help, nodeLog] : [nodeLog]);
}
