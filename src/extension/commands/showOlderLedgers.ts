import * as vscode from 'vscode';
import type { Command } from './command';

/** The next page of the view "Ledgers". */
export const showOlderLedgers: Command = {
  id: 'hotpocket.showOlderLedgers',
  async run(services) {
    const ledgers = await services.ledgers();
    await vscode.window.withProgress({ location: { viewId: 'hotpocket.ledgers' } }, () => ledgers.loadOlder());
  },
};
