import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** VS Code as a test wants it: no welcome, no questions, no network, a theme as the page is told, and text that can be read from it. */
const DEFAULTS = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.openRepositoryInParentFolders': 'never',
  'json.schemaDownload.enable': false,
  'remote.autoForwardPorts': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'terminal.integrated.gpuAcceleration': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'update.mode': 'none',
  'window.autoDetectColorScheme': true,
  'workbench.editor.useModal': 'off',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

export type Settings = Record<string, unknown>;

export interface Keybinding {
  readonly key: string;
  readonly command: string;
}

/** Writes the user settings of a VS Code that has not started yet. */
export function writeUserSettings(userDataFolder: string, settings: Settings = {}, keybindings: readonly Keybinding[] = []): void {
  const folder = join(userDataFolder, 'User');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...DEFAULTS, ...settings }, null, 2));
  writeFileSync(join(folder, 'keybindings.json'), JSON.stringify(keybindings));
}
