import * as vscode from 'vscode';
import { catalogue } from '../../base/errors';
import type { Services } from '../services';
import { offer, type Offer } from '../ui/offer';
import { announceTroubles } from './announceTroubles';
import { IncidentWatch, type Incident } from './incidents';
import { NoticeFilter, type Notice } from './noticeFilter';

/** Tells the user what he must know though he is not looking: consensus lost, what is known to be wrong with the contract, and what the engine reports. */
export function announce(services: Services): void {
  const { context, log, model, steering } = services;
  const watch = new IncidentWatch();
  const notices = new NoticeFilter();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    clearTimeout(timer);
    const { status } = model;
    const now = Date.now();
    const { tell, lookAgainAt } = watch.look(status, steering.quietUntil(status?.roundTime ?? 0), now);
    if (lookAgainAt !== undefined) timer = setTimeout(look, lookAgainAt - now);
    if (tell) void tellIncident(log, tell, status?.contractPath);
  };
  context.subscriptions.push(
    model.onDidChange(look),
    model.onEvent((change) => change.type === 'notice' && notices.isNew(change) && void tellNotice(log, change)),
    steering.onDidChange((what) => {
      if (what === 'began') notices.forget();
      look();
    }),
    { dispose: () => clearTimeout(timer) },
    announceTroubles(services, ({ code }) => notices.knows(code)),
  );
  look();
}

function tellIncident(log: Services['log'], { kind, voting, needed, missing }: Incident, contract: string | undefined): Promise<void> {
  const messages = {
    forked: () => vscode.l10n.t('The HotPocket cluster is forked: its nodes stand on different ledgers, and none has the {0} votes it needs.', needed),
    stalled: () => vscode.l10n.t('The HotPocket cluster is stalled: {0} of {1} needed nodes vote, so no ledger is created.', voting, needed),
    interrupted: () => vscode.l10n.t('The HotPocket cluster was interrupted: its supervisor ended, and the nodes stopped. Nothing is lost.'),
  };
  const offers: Offer[] = [{ title: vscode.l10n.t('Show Logs'), command: 'hotpocket.showAllLogs' }];
  const [first, ...others] = vscode.workspace.isTrusted ? missing : [];
  // On the real engine nothing else brings them together again.
  if (kind === 'forked' && vscode.workspace.isTrusted) offers.unshift({ title: vscode.l10n.t('Deploy Again'), command: 'hotpocket.deploy', ...(contract !== undefined && { args: [vscode.Uri.file(contract)] }) });
  else if (others.length > 0) offers.unshift({ title: vscode.l10n.t('Start All Nodes'), command: 'hotpocket.startAll' });
  else if (first !== undefined) offers.unshift({ title: vscode.l10n.t('Start Node {0}', first), command: 'hotpocket.startNode', args: [first] });
  // What can be done beside starting nodes, which has a button.
  const code = kind === 'forked' ? 'POSSIBLE_FORK' : kind === 'stalled' && first === undefined ? 'NOT_ENOUGH_PEERS' : undefined;
  const remedy = code && catalogue[code].remedy({ votes: voting, needed });
  return offer(log, vscode.window.showWarningMessage, [messages[kind](), ...(remedy === undefined ? [] : [remedy])].join(' '), offers);
}

function tellNotice(log: Services['log'], { node, message, remedy }: Notice): Promise<void> {
  const offers: Offer[] = node === undefined ? [] : [{ title: vscode.l10n.t('Show Log'), command: 'hotpocket.showLog', args: [node] }];
  return offer(log, vscode.window.showWarningMessage, `${message} ${remedy}`, offers);
}
