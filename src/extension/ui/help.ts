import * as vscode from 'vscode';
import type { ErrorCode } from '../../base/errors';
import type { Offer } from './offer';

type Details = Readonly<Record<string, unknown>>;
type Help = (details: Details) => Offer;

const setting = (name: string): Offer => ({ title: vscode.l10n.t('Open Setting'), command: 'workbench.action.openSettings', args: [name] });
const file = (path: unknown): Offer => ({ title: vscode.l10n.t('Open File'), command: 'vscode.open', args: [vscode.Uri.file(String(path))] });
const nodeLog: Help = ({ node }) => ({ title: vscode.l10n.t('Show Log'), command: 'hotpocket.showLog', args: [node] });
const logFile: Help = ({ log }) => file(log);
const engine: Help = () => ({ title: vscode.l10n.t('Choose Engine'), command: 'workbench.action.openSettings', args: ['hotpocket.engine'] });
const home: Help = () => setting('hotpocket.home');
const deploy: Help = () => ({ title: vscode.l10n.t('Deploy Contract…'), command: 'hotpocket.deploy' });
const build: Help = ({ folder }) => ({ title: vscode.l10n.t('Build Contract'), command: 'hotpocket.build', ...(typeof folder === 'string' && { args: [vscode.Uri.file(folder)] }) });
const configuration: Help = ({ path }) => ({ title: vscode.l10n.t('Open {0}', 'hp.cfg.override'), command: 'hotpocket.openOverride', ...(typeof path === 'string' && path.endsWith('hp.cfg.override') && { args: [vscode.Uri.file(path)] }) });
const shownTerminal: Help = () => ({ title: vscode.l10n.t('Show Terminal'), command: 'workbench.action.terminal.focus' });
const terminal: Help = () => ({ title: vscode.l10n.t('Open Terminal'), command: 'workbench.action.terminal.new' });
const compareState: Help = () => ({ title: vscode.l10n.t('Compare State File'), command: 'hotpocket.compareStateFile' });
const startAll: Help = () => ({ title: vscode.l10n.t('Start All Nodes'), command: 'hotpocket.startAll' });

/** What helps against an error. */
const helps: { readonly [C in ErrorCode]?: Help } = {
  CLUSTER_NOT_FOUND: deploy,
  PORT_IN_USE: () => setting('hotpocket.userPortBegin'),
  INVALID_PORT: () => setting('hotpocket.userPortBegin'),
  INVALID_CLUSTER_SIZE: () => setting('hotpocket.clusterSize'),
  NODE_JS_NOT_FOUND: () => setting('hotpocket.nodePath'),
  NATIVE_CHANNELS_UNAVAILABLE: () => setting('hotpocket.nodePath'),
  PLATFORM_UNSUPPORTED: engine,
  BUNDLE_NOT_FOUND: deploy,
  BUNDLE_INVALID: deploy,
  OVERRIDE_INVALID: configuration,
  BUILD_FAILED: shownTerminal,
  INSTALL_FAILED: shownTerminal,
  SUPERVISOR_UNREACHABLE: logFile,
  SUPERVISOR_SOCKET_UNSAFE: terminal,
  CLUSTER_FILE_INVALID: ({ path }) => file(path),
  NODE_START_FAILED: nodeLog,
  NODE_ENDED: nodeLog,
  NODE_PAUSED: ({ node }) => ({ title: vscode.l10n.t('Start Node {0}', Number(node)), command: 'hotpocket.startNode', args: [node] }),
  NODE_INTERRUPTED: startAll,
  DEBUG_NODE_BUSY: () => ({ title: vscode.l10n.t('Debug Another Node'), command: 'hotpocket.debugNode' }),
  WORKSPACE_UNTRUSTED: () => ({ title: vscode.l10n.t('Manage Workspace Trust'), command: 'workbench.trust.manage' }),
  DISK_ALMOST_FULL: home,
  HOME_NOT_WRITABLE: home,
  HOME_PATH_TOO_LONG: home,
  DOCKER_UNREACHABLE: engine,
  DOCKER_SOCKET_DENIED: engine,
  DOCKER_CONTEXT_INVALID: engine,
  DOCKER_IMAGE_MISSING: () => setting('hotpocket.docker'),
  DOCKER_IMAGE_OTHER_PLATFORM: engine,
  CONTRACT_FOLDER_UNKNOWN: () => ({ title: vscode.l10n.t('New Project…'), command: 'hotpocket.newProject' }),
  CONTRACT_NOT_BUILT: build,
  CONTRACT_OUTDATED: build,
  CONTRACT_ENTRY_MISSING: build,
  CONTRACT_FILE_OTHER_PLATFORM: terminal,
  CONTRACT_SCRIPT_NOT_EXECUTABLE: terminal,
  CONTRACT_BINARY_MISSING: configuration,
  CONTRACT_BINARY_NOT_A_FILE: configuration,
  CONTRACT_BINARY_NOT_EXECUTABLE: terminal,
  CONTRACT_BINARY_BAD_FORMAT: configuration,
  CONTRACT_INTERPRETER_MISSING: configuration,
  CONTRACT_NOT_STARTED: configuration,
  CONTRACT_MODULE_NOT_FOUND: build,
  CONTRACT_MODULE_UNLOADABLE: () => ({ title: vscode.l10n.t('Diagnose'), command: 'hotpocket.diagnose' }),
  CONTRACT_NOT_VIA_HOTPOCKET: deploy,
  CONTRACT_PRINTED_ERROR: nodeLog,
  CONTRACT_TIMED_OUT: configuration,
  CONTRACT_RUNS_LONG: () => ({ title: vscode.l10n.t('Debug Contract on Node'), command: 'hotpocket.debugNode' }),
  CONTRACT_STATE_DIFFERS: compareState,
  CLUSTER_FORKED: deploy,
  CONTRACT_TOO_SLOW: ({ node }) => ({ title: vscode.l10n.t('Show Round Profile'), command: 'hotpocket.showProfile', args: [node] }),
  STATE_DIFFERS: compareState,
  NOT_ENOUGH_PEERS: startAll,
  POSSIBLE_FORK: deploy,
  USER_PORT_FAILED: () => ({ title: vscode.l10n.t('Diagnose'), command: 'hotpocket.diagnose' }),
  PEER_PORT_FAILED: () => ({ title: vscode.l10n.t('Diagnose'), command: 'hotpocket.diagnose' }),
};

export function specialHelp({ code, details: known }: { readonly code: ErrorCode; readonly details: object }): Offer | undefined {
  return helps[code]?.({ ...known });
}

/** Where everything that was shown can be read again. */
export const details = (): Offer => ({ title: vscode.l10n.t('Show Details'), command: 'hotpocket.showOutput' });

export const helpFor = (error: Parameters<typeof specialHelp>[0]): Offer => specialHelp(error) ?? details();
