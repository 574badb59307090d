import * as vscode from 'vscode';
import type { AttachConfiguration } from '../../debug/provider';

/** A debugger that takes longer to attach will not. */
const ATTACHES_WITHIN_MS = 20_000;

/** Starts a session of one of VS Code's own debuggers below ours. False if it could not attach. */
export async function startChild(parentSession: vscode.DebugSession, configuration: AttachConfiguration): Promise<boolean> {
  const options: vscode.DebugSessionOptions = {
    parentSession,
    lifecycleManagedByParent: true,
    compact: true,
    consoleMode: vscode.DebugConsoleMode.MergeWithParent,
    // A round is no reason to save files, nor to bring the view to the front.
    suppressSaveBeforeStart: true,
    suppressDebugView: true,
    suppressDebugStatusbar: true,
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, ATTACHES_WITHIN_MS, false)));
  try {
    return await Promise.race([late, vscode.debug.startDebugging(parentSession.workspaceFolder, configuration, options)]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
