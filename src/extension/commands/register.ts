import * as vscode from 'vscode';
import type { Services } from '../services';
import { showError } from '../ui/errors';
import { commands } from './index';

/**
 * Registers all commands. One that is called before the engine is loaded waits for it; what goes wrong in one is shown
 * with its remedy, and nothing is thrown at VS Code.
 */
export function registerCommands(services: Promise<Services>, log: vscode.LogOutputChannel): vscode.Disposable[] {
  return commands.map(({ id, run }) =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        await run(await services, ...args);
      } catch (error) {
        // Not awaited: the message stays until the user answers, and the command is over.
        void showError(log, error);
      }
    }),
  );
}
