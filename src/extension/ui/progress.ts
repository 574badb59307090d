import * as vscode from 'vscode';
import type { Task } from '../../cluster/engine';
import type { ClusterModel } from '../model/clusterModel';

/** What takes less is not worth a notification that flashes up. */
const PATIENCE_MS = 300;

/** Runs long work with its steps shown and a button that cancels it. */
export async function withProgress<T>(title: string, work: (task: Task) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  let show = (_message: string): void => {};
  let last: string | undefined;
  const running = work({
    signal: abort.signal,
    progress: (message) => {
      last = message;
      show(message);
    },
  });
  const settled = running.then(() => undefined, () => undefined);
  const early = await Promise.race([settled.then(() => true), new Promise<false>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS))]);
  if (!early) {
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (progress, token) => {
      token.onCancellationRequested(() => abort.abort());
      show = (message) => progress.report({ message });
      if (last !== undefined) show(last);
      return settled;
    });
  }
  return running;
}

/** Looks for something, with a sign in the status bar if it takes a moment: over ssh a look at a container can. */
export function whileLooking<T>(title: string, work: () => Promise<T>): Promise<T> {
  return Promise.resolve(vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, work));
}

/** The cluster as it is now. */
export const lookAt = (model: ClusterModel): Promise<void> => whileLooking(vscode.l10n.t('Looking at the cluster'), () => model.refresh());
