import * as vscode from 'vscode';
import { HotPocketError } from '../../base/errors';
import { isRoundsMode, type RoundsMode } from '../../base/rounds';
import { chosenRounds, setSetting } from '../settings';
import { pick } from '../ui/pick';
import { lookAt, withProgress } from '../ui/progress';
import type { Command } from './command';

/** When rounds start, in the cluster that there is. A keybinding may name the mode. */
export const switchRounds: Command = {
  id: 'hotpocket.switchRounds',
  async run({ engine, model }, argument) {
    if (!engine.capabilities.eagerRounds) {
      void vscode.window.showInformationMessage(vscode.l10n.t('This engine has its rounds on the grid only.'));
      return;
    }
    await lookAt(model);
    if (!model.status) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: 'default' });
    const mode = isRoundsMode(argument) ? argument : await askMode(model.status.rounds);
    if (mode === undefined) return;
    await withProgress(vscode.l10n.t('Switching the rounds'), (task) => engine.setRounds(mode, task));
    // What the setting says would be applied again with the next deployment.
    if (chosenRounds() !== undefined) await setSetting('rounds', mode);
  },
};

async function askMode(current: RoundsMode): Promise<RoundsMode | undefined> {
  const item = (mode: RoundsMode, label: string, detail: string) => ({ mode, label, detail, ...(mode === current && { description: vscode.l10n.t('now') }) });
  const items = [
    item('grid', vscode.l10n.t('Grid'), vscode.l10n.t('Rounds start at fixed times, one each round time, as in production.')),
    item('eager', vscode.l10n.t('Eager'), vscode.l10n.t('Rounds start on an input, on an output for a connected user, or at the round time.')),
  ];
  return (await pick(items, { title: vscode.l10n.t('Switch Rounds'), placeHolder: vscode.l10n.t('When rounds start') }))?.mode;
}
