import * as vscode from 'vscode';
import type { Task } from '../../cluster/engine';

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
