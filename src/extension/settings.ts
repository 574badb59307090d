import * as vscode from 'vscode';
import { isRoundsMode, type RoundsMode } from '../base/rounds';
import type { ClusterDefaults } from '../cluster/engine';
import { clusterDefaults, defaultNode } from '../cluster/environment';

const SECTION = 'hotpocket';

/** All settings of the extension with their types; package.json describes them, a test compares the two. */
export interface Settings {
  readonly engine: 'embedded' | 'docker';
  readonly nodePath: string;
  readonly home: string;
  readonly clusterSize: number;
  readonly userPortBegin: number;
  readonly peerPortBegin: number;
  readonly roundTime: number;
  readonly rounds: 'grid' | 'eager';
  readonly defaultNode: number;
  readonly logTail: number;
  readonly buildBeforeDeploy: boolean;
  readonly 'terminal.hpdevkit': boolean;
  readonly 'docker.instanceImage': string;
  readonly 'docker.devkitImage': string;
  readonly 'docker.observer': boolean;
}

export type SettingName = keyof Settings;

export function setting<K extends SettingName>(name: K, scope?: vscode.ConfigurationScope): Settings[K] {
  return vscode.workspace.getConfiguration(SECTION, scope).get<Settings[K]>(name) as Settings[K];
}

/** Changes a setting where it is set already, else for the user. */
export async function setSetting<K extends SettingName>(name: K, value: Settings[K]): Promise<void> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const inWorkspace = settings.inspect(name)?.workspaceValue !== undefined;
  await settings.update(name, value, inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global);
}

/** The value that somebody set, as opposed to the default of package.json. */
function chosen<K extends SettingName>(name: K): Settings[K] | undefined {
  const found = vscode.workspace.getConfiguration(SECTION).inspect<Settings[K]>(name);
  return found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
}

/** How a new cluster is made: settings first, then the HP_* variables of the environment, then hpdevkit's defaults. */
export function newClusterDefaults(): ClusterDefaults {
  const fromEnvironment = clusterDefaults(process.env);
  return {
    size: chosen('clusterSize') ?? fromEnvironment.size,
    userPortBegin: chosen('userPortBegin') ?? fromEnvironment.userPortBegin,
    peerPortBegin: chosen('peerPortBegin') ?? fromEnvironment.peerPortBegin,
    roundTime: setting('roundTime'),
  };
}

/** When rounds start, if somebody said so. */
export function chosenRounds(): RoundsMode | undefined {
  const mode = chosen('rounds');
  return isRoundsMode(mode) ? mode : undefined;
}

/** The node that commands offer first; 0 = none. */
export function preferredNode(): number {
  return chosen('defaultNode') ?? defaultNode(process.env);
}

const VARIABLES: readonly (readonly [string, SettingName])[] = [
  ['HOTPOCKET_HOME', 'home'],
  ['HOTPOCKET_NODE_PATH', 'nodePath'],
  ['HOTPOCKET_ENGINE', 'engine'],
  ['HP_INSTANCE_IMAGE', 'docker.instanceImage'],
  ['HP_DEVKIT_IMAGE', 'docker.devkitImage'],
];

/** What engine and command line are told by variables, as far as the settings say something. */
export function settingVariables(): readonly (readonly [string, string])[] {
  return VARIABLES.flatMap(([name, key]): (readonly [string, string])[] => {
    const value = setting(key);
    return value ? [[name, String(value)] as const] : [];
  }).concat(setting('docker.observer') ? [] : [['HOTPOCKET_OBSERVER', 'off']]);
}

/** Environment of the engine: settings go before variables. */
export function engineEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, ...Object.fromEntries(settingVariables()) };
}

/** Calls back when one of the given settings changed. */
export function onDidChangeSettings(names: readonly SettingName[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`${SECTION}.${name}`))) listener();
  });
}
