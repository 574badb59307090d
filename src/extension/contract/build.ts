import * as vscode from 'vscode';
import { basename, relative } from 'node:path';
import { HotPocketError } from '../../base/errors';
import { setting } from '../settings';
import { packageOf } from '../../project/contractFolders';
import { missingLibraries } from '../../project/libraries';

const SCRIPT = 'build';
/**
 * TypeScript's own, and one of package.json for esbuild; both look at what other tools print in vain, and find nothing. A project below the
 * workspace folder prints paths that must be searched for, which VS Code can do only where its window runs on this machine.
 */
const problemMatchers = (path: string): string[] => ['$tsc', path === '' ? '$hotpocket-esbuild' : '$hotpocket-esbuild-below'];

/** Builds a contract before it is deployed, if it can be built and the setting wants it. Throws as `buildContract` does. */
export async function buildBeforeDeploy(folder: string): Promise<void> {
  if (setting('buildBeforeDeploy', vscode.Uri.file(folder))) await buildContract(folder);
}

/**
 * Runs the `build` script of the project that a contract folder belongs to, if it has one.
 * Offers to install its libraries first, if there are none.
 * Throws BUILD_FAILED, INSTALL_FAILED, or CANCELLED if the user ended it.
 */
export async function buildContract(folder: string): Promise<void> {
  const workspaceFolder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder));
  const project = await packageOf(folder, workspaceFolder?.uri.fsPath);
  if (!project?.hasBuild) return;
  await installIfWanted(project.folder, workspaceFolder);
  const name = basename(project.folder);
  const task = npmTask(vscode.l10n.t('build {0}', name), ['run', SCRIPT], { type: 'npm', script: SCRIPT }, project.folder, workspaceFolder);
  task.group = vscode.TaskGroup.Build;
  const exit = await runToEnd(task, vscode.l10n.t('Building {0}', name));
  if (exit !== 0) throw new HotPocketError('BUILD_FAILED', { folder: project.folder, exit });
}

/** Libraries come from the network, so it is asked first. Who goes on without sees what the build says. */
async function installIfWanted(folder: string, workspaceFolder: vscode.WorkspaceFolder | undefined): Promise<void> {
  const missing = await missingLibraries(folder);
  if (missing.length === 0) return;
  const name = basename(folder);
  const install = vscode.l10n.t('Run npm install');
  const question = vscode.l10n.t('The libraries of {0} are not installed.', name);
  const answer = await vscode.window.showInformationMessage(question, { modal: true, detail: missing.join(', ') }, install, vscode.l10n.t('Build Without Them'));
  if (answer === undefined) throw new HotPocketError('CANCELLED', { what: vscode.l10n.t('Building {0}', name) });
  if (answer !== install) return;
  const task = npmTask(vscode.l10n.t('install {0}', name), ['install'], { type: 'npm', script: 'install' }, folder, workspaceFolder);
  const exit = await runToEnd(task, vscode.l10n.t('Installing the libraries of {0}', name));
  if (exit !== 0) throw new HotPocketError('INSTALL_FAILED', { folder, exit });
}

/** Shows that a task runs, and the way to what it says. Returns its exit code; throws CANCELLED if the user ended it. */
async function runToEnd(task: vscode.Task, title: string): Promise<number> {
  const link = `[${vscode.l10n.t('show terminal')}](command:workbench.action.terminal.focus)`;
  const exit = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `${title} (${link})`, cancellable: true }, async (_, cancelled) => runTask(task, cancelled));
  if (exit === undefined) throw new HotPocketError('CANCELLED', { what: title });
  return exit;
}

function npmTask(name: string, args: string[], definition: vscode.TaskDefinition, folder: string, workspaceFolder: vscode.WorkspaceFolder | undefined): vscode.Task {
  const path = workspaceFolder ? relative(workspaceFolder.uri.fsPath, folder) : folder;
  const run = new vscode.ShellExecution('npm', args, { cwd: folder });
  const task = new vscode.Task({ ...definition, path }, workspaceFolder ?? vscode.TaskScope.Workspace, name, 'HotPocket', run, problemMatchers(path));
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent, focus: false, panel: vscode.TaskPanelKind.Dedicated, showReuseMessage: false, clear: true };
  return task;
}

/** The exit code, or undefined if the task was ended before. */
async function runTask(task: vscode.Task, cancelled: vscode.CancellationToken): Promise<number | undefined> {
  const subscriptions: vscode.Disposable[] = [];
  try {
    const ended = new Promise<number | undefined>((resolve) => {
      const isOurs = (execution: vscode.TaskExecution): boolean => execution.task.name === task.name && execution.task.source === task.source;
      subscriptions.push(
        vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => isOurs(execution) && resolve(exitCode)),
        // One that had no process, or was terminated; else the exit code came before.
        vscode.tasks.onDidEndTask(({ execution }) => isOurs(execution) && resolve(undefined)),
      );
    });
    const execution = await vscode.tasks.executeTask(task);
    subscriptions.push(cancelled.onCancellationRequested(() => execution.terminate()));
    return await ended;
  } finally {
    for (const subscription of subscriptions) subscription.dispose();
  }
}
