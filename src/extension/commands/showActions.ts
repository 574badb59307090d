import * as vscode from 'vscode';
import { contextOf } from '../model/context';
import { isEnabled, type ContributedCommand } from '../model/enablement';
import { pick } from '../ui/pick';
import { lookAt } from '../ui/progress';
import type { Command } from './command';

/** In the order they are offered behind the status bar. */
const OFFERED = [
  'startNode', 'stopNode', 'restartNode', 'startAll', 'stopAll', 'deploy', 'debugNode', 'openClient', 'showLog', 'showAllLogs', 'showProfile',
  'copyEndpoint', 'openStateFile', 'compareStateFile', 'spawnNode', 'setClusterSize', 'switchRounds', 'clean', 'diagnose', 'openSettings', 'showOutput',
].map((name) => `hotpocket.${name}`);

/** What can be done with the cluster now. Titles, icons and conditions are those of package.json. */
export const showActions: Command = {
  id: 'hotpocket.showActions',
  async run({ context, model }) {
    await lookAt(model);
    const keys = { ...contextOf(model.view), isWorkspaceTrusted: vscode.workspace.isTrusted };
    const { contributes } = context.extension.packageJSON as { readonly contributes: { readonly commands: readonly ContributedCommand[] } };
    const items = OFFERED.flatMap((id) => contributes.commands.filter(({ command, enablement }) => command === id && isEnabled(enablement, keys)))
      .map(({ command, title, icon }) => ({ label: `${icon} ${title}`, command }));
    const chosen = await pick(items, { placeHolder: vscode.l10n.t('HotPocket cluster') });
    if (chosen) await vscode.commands.executeCommand(chosen.command);
  },
};
