import * as vscode from 'vscode';
import { sharing } from '../base/sharing';
import { chosenRounds, onDidChangeSettings } from './settings';
import type { Services } from './services';
import { showError } from './ui/errors';
import { withProgress } from './ui/progress';

/** A setting that is changed is applied to the cluster there is; with a deployment it is applied anyway. */
export function followRoundsSetting({ context, engine, model, log }: Services): void {
  // One after the other, so that the last change is what stays.
  const apply = sharing(async () => {
    const mode = chosenRounds();
    if (mode === undefined || !engine.capabilities.eagerRounds) return;
    await model.refresh();
    if (model.status && model.status.rounds !== mode) await withProgress(vscode.l10n.t('Switching the rounds'), (task) => engine.setRounds(mode, task));
  });
  context.subscriptions.push(onDidChangeSettings(['rounds'], () => void apply().catch((error: unknown) => showError(log, error))));
}
