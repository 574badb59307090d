import { durationText } from '../../base/quantities';
import { sparkline } from '../model/sparkline';
import type { L10n } from '../model/words';
import type { Row } from '../views/row';

/** A node's row with its last rounds, each as high as it was long; one that took the configured time is half as high as the line. */
export function roundTimesRow(times: readonly number[], roundTime: number, l10n: L10n): Row {
  const label = l10n.t('Round times');
  const last = times.at(-1);
  const shown = { label, icon: { id: 'pulse' }, contextValue: 'roundTimes', children: 'none' } as const;
  if (last === undefined) return { ...shown, description: l10n.t('not measured yet'), spoken: l10n.t('{0}: {1}', label, l10n.t('not measured yet')) };
  const [shortest, longest] = [Math.min(...times), Math.max(...times)];
  const [least, most] = [durationText(shortest), durationText(longest)] as const;
  return {
    ...shown,
    description: `${durationText(last)} ${sparkline(times, Math.max(longest, 2 * roundTime))}`,
    tooltip: l10n.t('The last {0} rounds took {1} to {2}, the newest {3}. Configured: {4}.', times.length, least, most, durationText(last), durationText(roundTime)),
    spoken: l10n.t('{0}: the last took {1}, the last {2} from {3} to {4}', label, durationText(last), times.length, least, most),
  };
}
