import * as vscode from 'vscode';
import { registerCommands } from './commands/register';
import { ConfigLanguage } from './config/configLanguage';
import { provideConfigTexts } from './config/configTexts';
import { keepContractFound } from './contract/contractFound';
import { registerDebugging } from './debug/register';
import { noteStops } from './debug/stoppedKey';
import { showLogs } from './logs/showLogs';
import { followRoundsSetting } from './roundsSetting';
import { openServices, type Services } from './services';
import { offerTerminalCommands } from './terminal/terminalCommands';
import { showError } from './ui/errors';
import { showCluster } from './views/showCluster';

/** What tests and other extensions get from `activate`. */
export interface ExtensionApi {
  readonly services: Promise<Services>;
}

export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const log = vscode.window.createOutputChannel('HotPocket', { log: true });
  context.subscriptions.push(log);
  // Views, channels and the status bar begin with the engine; activation itself loads none of it.
  const services = new Promise<Services>((resolve, reject) => setImmediate(() => void openServices(context, log).then(resolve, reject)));
  context.subscriptions.push(...registerCommands(services, log));
  registerDebugging(context, services, log);
  // Neither is this wanted at once; and it is there without an engine, too.
  setImmediate(() => context.subscriptions.push(new ConfigLanguage(), provideConfigTexts()));
  services.then((opened) => startParts(opened)).catch((error: unknown) => showError(log, error));
  return { services };
}

/** The parts that show the cluster. */
function startParts(services: Services): void {
  showCluster(services);
  showLogs(services);
  offerTerminalCommands(services);
  followRoundsSetting(services);
  keepContractFound(services);
  services.context.subscriptions.push(noteStops());
}
