import type { ClusterTrouble } from '../../diagnose/troubles/clusterTroubles';
import { literal } from '../model/markdown';
import type { L10n } from '../model/words';
import type { Row } from './row';

/** The row of what is wrong: what happened and where, what to do in its tooltip and for screen readers. */
export function troubleRow({ code, severity, message, remedy, nodes }: ClusterTrouble, l10n: L10n): Row {
  const where = nodes.length === 1 ? l10n.t('node {0}', nodes[0] ?? 0) : l10n.t('nodes {0}', nodes.join(', '));
  return {
    label: message,
    description: where,
    tooltip: [literal(message), ...(remedy === '' ? [] : [literal(remedy)]), literal(code)].join('\n\n'),
    icon: severity === 'problem' ? { id: 'error', color: 'list.errorForeground' } : { id: 'warning', color: 'list.warningForeground' },
    contextValue: 'trouble',
    children: 'none',
    spoken: `${where}: ${message} ${remedy}`.trimEnd(),
  };
}
