import { measuredText, millisecondsText } from '../../base/quantities';
import type { RoundProfile } from '../../base/roundProfile';
import { contractMs } from '../../base/roundProfile';
import { statisticsOf, type Statistics } from '../../cluster/profile/statistics';
import { adviceText, phaseText } from '../../cluster/profile/text';
import { literal, table } from '../model/markdown';
import type { L10n } from '../model/words';
import type { Row } from '../views/row';

/** Rounds that the tooltip and the document are about. */
export const SHOWN_ROUNDS = 20;
/** A round that is shorter, in round times, did not wait for the grid. */
const ON_GRID = 0.9;

/** A node's row with its last round: how much of it the contract took. */
export function roundsRow(rounds: readonly RoundProfile[], l10n: L10n): Row {
  const label = l10n.t('Last round');
  const last = rounds.at(-1);
  const statistics = statisticsOf(rounds.slice(-SHOWN_ROUNDS));
  const description = last ? roundText(last, l10n) : l10n.t('not measured yet');
  return {
    label,
    description,
    ...(statistics && { tooltip: tooltip(statistics, l10n) }),
    icon: statistics?.advice ? { id: 'warning', color: 'list.warningForeground' } : { id: 'dashboard' },
    contextValue: 'rounds',
    children: 'none',
    spoken: statistics?.advice ? l10n.t('{0}: {1}, too slow', label, description) : l10n.t('{0}: {1}', label, description),
  };
}

/** In whole milliseconds, and in rounds as configured: what jitters on the grid is not worth a look. */
function roundText(round: RoundProfile, l10n: L10n): string {
  const { totalMs, roundTime, started } = round;
  const took = totalMs < ON_GRID * roundTime ? Math.round(totalMs) : Math.round(totalMs / roundTime) * roundTime;
  return started === 'not' ? l10n.t('no contract in {0}', millisecondsText(took)) : l10n.t('contract {0} of {1}', millisecondsText(contractMs(round)), millisecondsText(took));
}

function tooltip(statistics: Statistics, l10n: L10n): string {
  const { rounds, phases, total, started, advice } = statistics;
  const rows = [...phases.map(({ phase, medianMs }) => [phaseText(phase, started, l10n), medianMs] as const), [l10n.t('From ledger to ledger'), total.medianMs] as const];
  const head = rounds === 1 ? l10n.t('1 round') : l10n.t('{0} rounds', rounds);
  const body = table([literal(head), l10n.t('Median')], rows.map(([text, ms]) => [literal(text), measuredText(ms)]));
  return advice ? `${body}\n\n${literal(adviceText(advice, statistics, l10n))}` : body;
}
