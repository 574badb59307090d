import type { RoundProfile } from '../../base/roundProfile';
import { HotPocketError } from '../../base/errors';
import { statisticsOf } from '../../cluster/profile/statistics';
import type { Trouble } from './recognise';

/** A trouble with the nodes that are in it. */
export interface ClusterTrouble extends Trouble {
  /** Counts up. */
  readonly nodes: readonly number[];
}

/** Rounds that are judged; fewer may be chance. */
const ROUNDS = 5;

/** That the contract is too slow for its rounds, measured. `rounds`: the node's last ones, without those that a debugger had to do with. */
export function slowness(rounds: readonly RoundProfile[]): Trouble | undefined {
  const advice = rounds.length < ROUNDS ? undefined : statisticsOf(rounds.slice(-ROUNDS))?.advice;
  if (!advice) return undefined;
  const details = { contractMs: Math.round(advice.contractMs), budgetMs: Math.round(advice.budgetMs), roundTime: advice.roundTime };
  return asTrouble(new HotPocketError('CONTRACT_TOO_SLOW', details));
}

function asTrouble({ code, message, remedy, details }: HotPocketError): Trouble {
  return { code, severity: 'problem', message, remedy, details: { ...details } };
}

/** Codes that are said of one thing: of each, those that say least go before the others. */
const CAUSES: Readonly<Record<string, readonly string[]>> = {
  program: ['CONTRACT_NOT_STARTED', 'CONTRACT_BINARY_MISSING', 'CONTRACT_BINARY_NOT_EXECUTABLE', 'CONTRACT_BINARY_BAD_FORMAT', 'CONTRACT_BINARY_NOT_A_FILE', 'CONTRACT_INTERPRETER_MISSING', 'CONTRACT_START_FAILED', 'CONTRACT_RUN_AS_REFUSED', 'CONTRACT_LIMIT_REFUSED'],
  ending: ['CONTRACT_ENDED_BY_SIGNAL', 'CONTRACT_EXIT_CODE', 'CONTRACT_PRINTED_ERROR', 'CONTRACT_SIGNALLED', 'CONTRACT_TIMED_OUT', 'CONTRACT_PERMISSION_DENIED', 'CONTRACT_MODULE_UNLOADABLE', 'CONTRACT_MODULE_NOT_FOUND'],
  state: ['STATE_DIFFERS', 'CONTRACT_STATE_DIFFERS'],
  outputs: ['OUTPUT_DIFFERS', 'CONTRACT_OUTPUT_DIFFERS'],
  fork: ['POSSIBLE_FORK', 'CLUSTER_FORKED'],
};

/** What is behind a code; the code itself where nothing else is said of it. */
export const causeOf = (code: string): string => Object.keys(CAUSES).find((cause) => CAUSES[cause]?.includes(code)) ?? code;

/** One trouble of each cause, the one that says most, with all nodes that are in it; the worst first. */
export function together(byNode: ReadonlyMap<number, readonly Trouble[]>): ClusterTrouble[] {
  const found = new Map<string, { trouble: Trouble; nodes: Set<number> }>();
  for (const [node, troubles] of [...byNode].sort(([a], [b]) => a - b)) {
    for (const trouble of troubles) {
      const cause = causeOf(trouble.code);
      const known = found.get(cause);
      if (known) known.nodes.add(node);
      if (!known || saysMore(trouble, known.trouble, CAUSES[cause] ?? [])) found.set(cause, { trouble, nodes: known?.nodes ?? new Set([node]) });
    }
  }
  const order = ['problem', 'warning', 'note'];
  return [...found.values()].map(({ trouble, nodes }) => ({ ...trouble, nodes: [...nodes] })).sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

const saysMore = (one: Trouble, other: Trouble, order: readonly string[]): boolean => order.indexOf(one.code) > order.indexOf(other.code);
