import * as vscode from 'vscode';
import { errorText } from '../../base/errors';

/** A button under a message: what it says, and the command behind it. */
export interface Offer {
  readonly title: string;
  readonly command: string;
  readonly args?: readonly unknown[];
}

/** Takes what goes wrong behind a button. */
type Log = Pick<vscode.LogOutputChannel, 'error'>;

/** Shows a message with buttons that do what they say. Ends when the user answered or closed it. Never rejects, so it need not be awaited. */
export async function offer(log: Log, show: (message: string, ...titles: string[]) => Thenable<string | undefined>, message: string, offers: readonly Offer[]): Promise<void> {
  const chosen = await show(message, ...offers.map(({ title }) => title));
  const taken = offers.find(({ title }) => title === chosen);
  if (taken) await runOffer(log, taken);
}

/** Never rejects. */
export async function runOffer(log: Log, { command, args = [] }: Offer): Promise<void> {
  try {
    await vscode.commands.executeCommand(command, ...args);
  } catch (error) {
    log.error(`${command}: ${errorText(error)}`);
  }
}
