import * as vscode from 'vscode';
import { join } from 'node:path';
import type { CheckResult } from '../../diagnose/finding';
import { findingItem } from '../diagnose/findingItems';
import { showReport } from '../diagnose/reportDocument';
import type { ContractProject } from '../../project/contractFolders';
import { contractsOfWorkspace } from '../contract/find';
import type { Services } from '../services';
import { engineEnvironment, newClusterDefaults } from '../settings';
import { showError } from '../ui/errors';
import { helpFor } from '../ui/help';
import { runOffer, type Offer } from '../ui/offer';
import { pick } from '../ui/pick';
import { withProgress } from '../ui/progress';
import type { Command } from './command';

/** Looks for what keeps a cluster or a contract from running here, and offers what helps against each thing it finds. */
export const diagnose: Command = {
  id: 'hotpocket.diagnose',
  async run(services, argument) {
    const { diagnose: look, reportLines } = await import('../../diagnose/diagnose');
    const results = await withProgress(vscode.l10n.t('Diagnosing'), async (task) => {
      const { signal = new AbortController().signal } = task;
      const { engine, context } = services;
      const contract = await contractInQuestion(services, argument);
      return look({ env: engineEnvironment(), engine, programs: join(context.extensionPath, 'dist'), defaults: newClusterDefaults, contract, l10n: vscode.l10n, signal }, (text) => task.progress?.(text));
    });
    // The list waits for its reader; the command is over.
    const report = (): Promise<void> => showReport(services.context, `${reportLines(results, vscode.l10n).join('\n')}\n`);
    void choose(services, results, report).catch((error: unknown) => showError(services.log, error));
  },
};

/** The one it was called with, was deployed last, or is the first of the workspace. */
async function contractInQuestion({ context, model }: Services, argument: unknown): Promise<ContractProject | undefined> {
  const { contractOf } = await import('../../diagnose/diagnose');
  const named = argument instanceof vscode.Uri && argument.scheme === 'file' ? argument.fsPath : (await contractsOfWorkspace(context))[0]?.path;
  const path = named ?? model.status?.contractPath ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return path === undefined ? undefined : contractOf(path);
}

async function choose({ log }: Services, results: readonly CheckResult[], report: () => Promise<void>): Promise<void> {
  const { allFindings, severityWord, summaryText } = await import('../../diagnose/diagnose');
  // Notes ask for nothing; the report has them.
  const items = allFindings(results).filter(({ severity }) => severity !== 'note').map((finding) => findingItem(finding, helpFor(finding.error), severityWord(finding.severity, vscode.l10n), vscode.l10n));
  const whole: vscode.QuickPickItem = { label: `$(output) ${vscode.l10n.t('Open the whole report')}`, description: vscode.l10n.t('all that was looked at, to read or copy'), alwaysShow: true };
  const chosen = await pick<vscode.QuickPickItem & { readonly offer?: Offer }>([...items, whole], {
    title: vscode.l10n.t('HotPocket: {0}', summaryText(results, vscode.l10n)),
    placeHolder: items.length > 0 ? vscode.l10n.t('Choose a finding, to do something about it') : vscode.l10n.t('There is nothing to do'),
    ignoreFocusOut: true,
  });
  if (!chosen) return;
  if (chosen.offer) await runOffer(log, chosen.offer);
  else await report();
}
