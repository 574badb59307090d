import * as vscode from 'vscode';
import { asHotPocketError, type HotPocketError } from '../../base/errors';
import { details, specialHelp } from './help';
import { offer } from './offer';

/** Shows what went wrong and what to do, with buttons that do it. Details go to the extension's log. Never throws. */
export async function showError(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  const coded: HotPocketError = asHotPocketError(error);
  if (coded.code === 'CANCELLED') return;
  log.error(`[${coded.code}] ${coded.message} ${coded.remedy}`);
  if (coded.code === 'INTERNAL' && coded.cause instanceof Error && coded.cause.stack) log.debug(coded.cause.stack);
  const helping = specialHelp(coded);
  await offer(log, vscode.window.showErrorMessage, `${coded.message} ${coded.remedy}`, helping ? [helping, details()] : [details()]);
}
