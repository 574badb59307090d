import * as vscode from 'vscode';
import { HotPocketError } from '../../base/errors';
import { nodeCount } from '../model/words';
import { lookAt, withProgress } from '../ui/progress';
import type { Command } from './command';

export const clean: Command = {
  id: 'hotpocket.clean',
  steers: true,
  exclusive: true,
  async run({ engine, model }) {
    await lookAt(model);
    const { status } = model;
    if (!status) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: 'default' });
    const detail = vscode.l10n.t('{0} will be stopped and deleted with keys, ledgers, state, and logs: everything in {1}. Contract folders are not touched.', nodeCount(status.nodes.length, vscode.l10n), status.home);
    const yes = vscode.l10n.t('Clean Cluster');
    const answer = await vscode.window.showWarningMessage(vscode.l10n.t('Clean the cluster “{0}”?', status.name), { modal: true, detail }, yes);
    if (answer !== yes) return;
    await withProgress(vscode.l10n.t('Cleaning the cluster'), (task) => engine.clean(task));
  },
};
