import * as vscode from 'vscode';
import { isClosedLedger } from '../ledgers/ledgerElement';
import { pickLedger } from '../ledgers/pickLedger';
import type { Command } from './command';

/** Shows a ledger: that of the row it was called with, one by its number, or one that the user picks. */
export const openLedger: Command = {
  id: 'hotpocket.openLedger',
  async run(services, argument) {
    const ledgers = await services.ledgers();
    const seqNo = ledgerNumber(argument) ?? (await pickLedger(ledgers.known));
    if (seqNo !== undefined) await vscode.window.withProgress({ location: { viewId: 'hotpocket.ledgers' } }, () => ledgers.open(seqNo));
  },
};

function ledgerNumber(argument: unknown): number | undefined {
  if (typeof argument === 'number') return argument;
  return isClosedLedger(argument) ? argument.ledger.seqNo : undefined;
}
