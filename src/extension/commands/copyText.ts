import * as vscode from 'vscode';
import { isClosedLedger } from '../ledgers/ledgerElement';
import { copy } from '../ui/copy';
import { isTreeElement } from '../views/elements';
import { rowOf } from '../views/rows';
import type { Command } from './command';

/** Copies the value of a row in the tree. */
export const copyText: Command = {
  id: 'hotpocket.copyText',
  async run({ model }, element) {
    const { status } = model;
    if (isClosedLedger(element)) return copy(element.copy);
    if (!status || !isTreeElement(element)) return;
    const text = rowOf(element, status, vscode.l10n)?.copy;
    if (text !== undefined) await copy(text);
  },
};
