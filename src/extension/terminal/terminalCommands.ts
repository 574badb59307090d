import * as vscode from 'vscode';
import { delimiter, join } from 'node:path';
import { findNodeJs } from '../../cluster/embedded/nodeJs';
import type { Services } from '../services';
import { onDidChangeSettings, setting, settingVariables, type SettingName } from '../settings';
import { showError } from '../ui/errors';
import { findRealHpdevkit } from './realHpdevkit';
import { writeShims, type NodeJs } from './shims';

const SETTINGS: readonly SettingName[] = ['terminal.hpdevkit', 'home', 'nodePath', 'engine', 'docker.instanceImage', 'docker.devkitImage', 'docker.observer'];

/**
 * Gives integrated terminals the commands `hpdevkit` and `hotpocket`, so that what tutorials and package.json scripts say works on the
 * embedded cluster. Nothing is given where a real hpdevkit is installed, or when the setting is off.
 */
export function offerTerminalCommands(services: Services): void {
  const { context, log } = services;
  let last = Promise.resolve();
  const update = (): void => void (last = last.then(() => provide(services)).catch((error: unknown) => showError(log, error)));
  context.subscriptions.push(onDidChangeSettings(SETTINGS, update));
  update();
}

async function provide({ context, log }: Services): Promise<void> {
  const terminals = context.environmentVariableCollection;
  if (!setting('terminal.hpdevkit')) return terminals.clear();
  const real = await findRealHpdevkit(process.env.PATH);
  if (real !== undefined) {
    log.info(`Terminals use the hpdevkit that is installed, ${real}.`);
    return terminals.clear();
  }
  const folder = join(context.globalStorageUri.fsPath, 'bin');
  const nodeJs = await chooseNodeJs();
  await writeShims(folder, join(context.extensionPath, 'dist', 'cli.js'), nodeJs);
  log.debug(`Terminals get hpdevkit and hotpocket from ${folder}, run by ${nodeJs.path}.`);
  terminals.clear();
  terminals.description = vscode.l10n.t('Adds the commands `hpdevkit` and `hotpocket` for the embedded HotPocket cluster');
  // Profiles of login shells, on macOS above all, would put other folders in front again.
  terminals.prepend('PATH', folder + delimiter, { applyAtProcessCreation: true, applyAtShellIntegration: true });
  for (const [name, value] of settingVariables()) terminals.replace(name, value);
}

/** The one that would run the nodes; what the setting names reaches the command by a variable. */
async function chooseNodeJs(): Promise<NodeJs> {
  const path = await findNodeJs({ ...process.env, HOTPOCKET_NODE_PATH: '' });
  return { path, electron: path === process.execPath && process.versions.electron !== undefined };
}
