import * as vscode from 'vscode';
import { basename, relative } from 'node:path';
import { HotPocketError } from '../../base/errors';
import { setting } from '../settings';
import { packageOf } from '../../project/contractFolders';

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
 * Throws BUILD_FAILED, or CANCELLED if the user ended it.
 */
export async function buildContract(folder: string): Promise<void> {
  const workspaceFolder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder));
  const project = await packageOf(folder, workspaceFolder?.uri.fsPath);
  if (!project?.hasBuild) return;
  const name = vscode.l10n.t('build {0}', basename(project.folder));
  const title = vscode.l10n.t('Building {0}', basename(project.folder));
  const exit = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (_, cancelled) => {
    return runTask(buildTask(name, project.folder, workspaceFolder), cancelled);
  });
  if (exit === undefined) throw new HotPocketError('CANCELLED', { what: title });
  if (exit !== 0) throw new HotPocketError('BUILD_FAILED', { folder: project.folder, exit });
}

function buildTask(name: string, folder: string, workspaceFolder: vscode.WorkspaceFolder | undefined): vscode.Task {
  const path = workspaceFolder ? relative(workspaceFolder.uri.fsPath, folder) : folder;
  const run = new vscode.ShellExecution('npm', ['run', SCRIPT], { cwd: folder });
  const task = new vscode.Task({ type: 'npm', script: SCRIPT, path }, workspaceFolder ?? vscode.TaskScope.Workspace, name, 'HotPocket', run, problemMatchers(path));
  task.group = vscode.TaskGroup.Build;
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
