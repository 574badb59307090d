import * as vscode from 'vscode';

/** A button under a message: what it says, and the command behind it. */
export interface Offer {
  readonly title: string;
  readonly command: string;
  readonly args?: readonly unknown[];
}

/** Shows a message with buttons that do what they say. Ends when the user answered or closed it. */
export async function offer(show: (message: string, ...titles: string[]) => Thenable<string | undefined>, message: string, offers: readonly Offer[]): Promise<void> {
  const chosen = await show(message, ...offers.map(({ title }) => title));
  const taken = offers.find(({ title }) => title === chosen);
  if (taken) await runOffer(taken);
}

export async function runOffer({ command, args = [] }: Offer): Promise<void> {
  await vscode.commands.executeCommand(command, ...args);
}
