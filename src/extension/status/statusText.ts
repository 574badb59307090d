import { asHotPocketError } from '../../base/errors';
import { countdownText } from '../../base/quantities';
import type { ClusterStatus, PauseInfo } from '../../cluster/engine';
import { literal, table } from '../model/markdown';
import type { ClusterCondition, ClusterSummary } from '../model/summary';
import { clusterConditionWord, conditionText, holdText, ledgerText, quorumText, roundsText, type L10n } from '../model/words';

/** What the item in the status bar shows. */
export interface StatusText {
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  readonly spoken: string;
  /** Only for what needs the user. */
  readonly alarm?: 'warning' | 'error';
}

const icons: Readonly<Record<ClusterCondition, string>> = {
  working: '$(pulse)',
  waiting: '$(loading~spin)',
  stalled: '$(warning)',
  forked: '$(repo-forked)',
  stopped: '$(circle-slash)',
  interrupted: '$(debug-disconnect)',
};

/** Hardly time to look at anything more. */
const ALARM_S = 60;

/** The item of a cluster. `summary` may be steadier than the status itself. */
export function statusText(status: ClusterStatus, summary: ClusterSummary, l10n: L10n): StatusText {
  const { condition } = summary;
  return {
    text: `${icons[condition]} HP ${shortText(summary, l10n)}`,
    tooltip: tooltip(status, summary, l10n),
    spoken: spoken(summary, l10n),
    ...(condition === 'stalled' && { alarm: 'warning' }),
    ...(condition === 'forked' && { alarm: 'error' }),
  };
}

/** The item while a contract is held by a debugger, at a time (ms since 1970). */
export function pausedText(status: ClusterStatus, pause: PauseInfo, summary: ClusterSummary, l10n: L10n, now: number): StatusText {
  const { node, ledgerSeqNo, goesOn } = pause;
  const left = goesOn?.endsAt === undefined ? undefined : Math.max(0, Math.round((goesOn.endsAt - now) / 1000));
  const words = l10n.t('paused in ledger {0}', ledgerSeqNo);
  const why = goesOn ? holdText(status, node, l10n) : l10n.t('The clock of the cluster stands still: the contract of node {0} is being debugged.', node);
  return {
    text: [`$(debug-pause) HP ${l10n.t('paused')}`, `#${ledgerSeqNo}`, ...(left === undefined ? [] : [l10n.t('{0} left', countdownText(left))])].join(' · '),
    tooltip: `${why}\n\n${tooltip(status, summary, l10n)}`,
    spoken: l10n.t('HotPocket cluster {0}, node {1} is being debugged', words, node),
    ...(left !== undefined && left < ALARM_S && { alarm: 'warning' }),
  };
}

/** The item of a cluster that cannot be looked at. */
export function failureText(error: unknown, l10n: L10n): StatusText {
  const { message, remedy } = asHotPocketError(error);
  return { text: `$(warning) ${l10n.t('HP unreadable')}`, tooltip: literal(`${message} ${remedy}`), spoken: `HotPocket: ${message}` };
}

/** `3/3 · #258`; what is not as usual is said in a word. */
function shortText({ condition, voting, needed, ledger }: ClusterSummary, l10n: L10n): string {
  const word = clusterConditionWord(condition, l10n);
  if (condition === 'stopped' || condition === 'interrupted') return word;
  const parts = [`${voting}/${needed}`, ...(condition === 'working' ? [] : [word]), ...(ledger === undefined ? [] : [`#${ledger}`])];
  return parts.join(' · ');
}

function spoken({ condition, voting, needed, ledger }: ClusterSummary, l10n: L10n): string {
  const start = l10n.t('HotPocket cluster {0}, {1} of {2} needed nodes vote', clusterConditionWord(condition, l10n), voting, needed);
  return ledger === undefined ? start : l10n.t('{0}, ledger {1}', start, ledger);
}

function tooltip(status: ClusterStatus, { condition }: ClusterSummary, l10n: L10n): string {
  const head = [l10n.t('Node'), l10n.t('State'), l10n.t('Votes'), l10n.t('Ledger'), l10n.t('Port')];
  const rows = status.nodes.map((node) => [
    String(node.node),
    literal(conditionText(node, l10n)),
    node.votes ? `${node.votes.received}/${node.votes.needed}` : '',
    node.ledger ? literal(ledgerText(node.ledger)) : '',
    String(node.userPort),
  ]);
  const title = `**${literal(l10n.t('HotPocket cluster {0}', status.name))}** · ${clusterConditionWord(condition, l10n)} · ${quorumText(status.quorum, l10n)} · ${roundsText(status.rounds, l10n)}`;
  return `${title}\n\n${table(head, rows)}`;
}
