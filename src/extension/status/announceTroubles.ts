import type * as vscode from 'vscode';
import type { ClusterTrouble } from '../../diagnose/troubles/clusterTroubles';
import type { Services } from '../services';
import { showTrouble } from './showTrouble';
import { TroubleTeller } from './troubleTeller';

/** Tells of known failures, each once until it is mended. `known`: the engine told of it, in other words perhaps. */
export function announceTroubles({ log, troubles }: Services, known: (trouble: ClusterTrouble) => boolean): vscode.Disposable {
  const teller = new TroubleTeller();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    clearTimeout(timer);
    const now = Date.now();
    const { tell, lookAgainAt } = teller.look(troubles.current, now);
    if (lookAgainAt !== undefined) timer = setTimeout(look, lookAgainAt - now);
    for (const trouble of tell) {
      const { code, message, remedy, nodes } = trouble;
      log.warn(`[${code}] ${message} ${remedy} (nodes ${nodes.join(', ')})`);
      if (!known(trouble)) void showTrouble(log, trouble);
    }
  };
  const subscription = troubles.onDidChange(look);
  look();
  return { dispose: () => (clearTimeout(timer), subscription.dispose()) };
}
