import * as vscode from 'vscode';
import { HotPocketError } from '../../base/errors';
import type { Services } from '../services';
import { showError } from '../ui/errors';
import type { Command } from './command';
import { commands } from './index';

/**
 * Registers all commands. One that is called before the engine is loaded waits for it; what goes wrong in one is shown
 * with its remedy, and nothing is thrown at VS Code.
 */
export function registerCommands(services: Promise<Services>, log: vscode.LogOutputChannel): vscode.Disposable[] {
  const underWay = new Set<string>();
  return commands.map((command) =>
    vscode.commands.registerCommand(command.id, async (...args: unknown[]) => {
      if (command.exclusive && underWay.has(command.id)) {
        void vscode.window.showInformationMessage(vscode.l10n.t('This HotPocket command is already under way.'));
        return;
      }
      underWay.add(command.id);
      try {
        await run(command, await services, args);
      } catch (error) {
        // Not awaited: the message stays until the user answers, and the command is over.
        void showError(log, error);
      } finally {
        underWay.delete(command.id);
      }
    }),
  );
}

async function run(command: Command, services: Services, args: readonly unknown[]): Promise<void> {
  // VS Code greys the command out, but a keybinding or another extension can call it all the same.
  if (command.needsTrust && !vscode.workspace.isTrusted) throw new HotPocketError('WORKSPACE_UNTRUSTED', {});
  services.log[command.steers ? 'info' : 'debug'](`Command ${command.id}`);
  const done = command.steers ? services.steering.begin() : undefined;
  try {
    await command.run(services, ...args);
  } finally {
    done?.();
  }
}
