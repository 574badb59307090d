import * as vscode from 'vscode';
import type { ClusterView } from '../model/clusterModel';
import { SteadyCondition } from '../model/steady';
import type { Services } from '../services';
import { failureText, pausedText, statusText, type StatusText } from './statusText';

const SECOND_MS = 1_000;

/** The cluster's consensus at a glance, in the status bar. */
export function showStatusItem({ context, model }: Services): void {
  const item = vscode.window.createStatusBarItem('hotpocket.status', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('HotPocket Cluster');
  item.command = 'hotpocket.showActions';
  const steady = new SteadyCondition();
  let timer: NodeJS.Timeout | undefined;

  const textOf = (view: ClusterView): StatusText | undefined => {
    if (view.kind === 'failed') return failureText(view.error, vscode.l10n);
    if (view.kind !== 'cluster') return undefined;
    const now = Date.now();
    const { summary, lookAgainAt } = steady.look(view.status, now);
    if (lookAgainAt !== undefined) timer = setTimeout(show, lookAgainAt - now);
    const { pause } = view.status;
    if (pause?.goesOn?.endsAt !== undefined) timer = setTimeout(show, SECOND_MS);
    if (pause) return pausedText(view.status, pause, summary, vscode.l10n, now);
    return statusText(view.status, summary, vscode.l10n);
  };
  const show = (): void => {
    clearTimeout(timer);
    const shown = textOf(model.view);
    if (!shown) return item.hide();
    item.text = shown.text;
    item.tooltip = new vscode.MarkdownString(shown.tooltip);
    item.accessibilityInformation = { label: shown.spoken, role: 'button' };
    item.backgroundColor = shown.alarm && new vscode.ThemeColor(`statusBarItem.${shown.alarm}Background`);
    item.show();
  };
  show();
  context.subscriptions.push(item, model.onDidChange(show), { dispose: () => clearTimeout(timer) });
}
