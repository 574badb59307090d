import * as vscode from 'vscode';

/** Keys for `when` and `enablement` in package.json; a test compares the two. */
export interface ContextKeys {
  /** There is a cluster, whether it runs or not. */
  'hotpocket.clusterExists': boolean;
  /** A node runs, starts or stops. */
  'hotpocket.anyRunning': boolean;
  /** A node is stopped or crashed. */
  'hotpocket.anyStopped': boolean;
  /** The cluster was looked for; before that a view says nothing. */
  'hotpocket.ready': boolean;
}

const current = new Map<string, boolean>();

export function setContextKey<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  if (current.get(key) === value) return;
  current.set(key, value);
  void vscode.commands.executeCommand('setContext', key, value);
}
