import * as vscode from 'vscode';
import { showTrouble } from '../status/showTrouble';
import { isTreeElement } from '../views/elements';
import type { Command } from './command';

/** Says what is behind a row of the tree, with what helps. */
export const explainTrouble: Command = {
  id: 'hotpocket.explainTrouble',
  run({ log, troubles }, element) {
    const code = isTreeElement(element) && element.kind === 'trouble' ? element.code : undefined;
    const trouble = troubles.current.find((one) => code === undefined || one.code === code);
    // Not awaited: the message stays until the user answers, and the command is over.
    if (trouble) void showTrouble(log, trouble);
    else void vscode.window.showInformationMessage(vscode.l10n.t('No trouble is known now.'));
  },
};
