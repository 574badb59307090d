import type { RoundProfile } from '../../base/roundProfile';
import type { ClusterStatus } from '../../cluster/engine';
import { statisticsOf } from '../../cluster/profile/statistics';
import { profileLines } from '../../cluster/profile/text';
import type { L10n } from '../model/words';
import { SHOWN_ROUNDS } from './roundsRow';

const WIDTH = 100;

/** The content of the document with a node's rounds. */
export function profileText(node: number, rounds: readonly RoundProfile[], status: ClusterStatus | undefined, l10n: L10n): string {
  const state = status?.nodes.find((one) => one.node === node)?.state.kind;
  const statistics = statisticsOf(rounds.slice(-SHOWN_ROUNDS));
  const lines = [
    ...(state === undefined ? [l10n.t('There is no node {0} now.', node), ''] : state === 'running' ? [] : [l10n.t('Node {0} does not run now.', node), '']),
    ...(statistics ? profileLines(node, statistics, { width: WIDTH, l10n }) : [l10n.t('Node {0} has not finished a round yet.', node)]),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
