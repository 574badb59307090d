import { lostInputs, repeated } from '../../support/properties';
import { longestOf } from './agreement';
import type { NodeDisk } from '../disks';
import type { History } from '../history';

/** What users handed in and heard, against what the agreed ledgers hold and what the agreed state shows of it. */
export function checkInputs(disks: readonly NodeDisk[], history: History, executed: readonly string[], forked: boolean): string[] {
  const { entries } = longestOf(disks);
  const hashes = entries.map(({ ledger }) => ledger.hash);
  const inputs = [...history.inputs.values()].map((input) => {
    const accepted = input.status === 'accepted';
    return { ...input, accepted, reverted: accepted && input.ledgerHash !== hashes[(input.ledgerSeqNo ?? 0) - 1] };
  });
  const problems = repeated(executed).map((text) => `${text} is in the state twice`);
  for (const text of lostInputs(inputs, executed)) problems.push(`${text} was accepted in ledger ${history.inputs.get(text)?.ledgerSeqNo} and is not in the state`);
  const done = new Set(executed);
  // One side of a fork may refuse what the other takes.
  if (!forked) for (const { text, status, reason, reverted } of inputs) {
    if (reverted) problems.push(`${text} was accepted in a ledger that is not there`);
    if (status === 'rejected' && done.has(text)) problems.push(`${text} was rejected (${reason}) and is in the state`);
    if (status === 'unsent' && done.has(text) && reason === undefined) problems.push(`${text} was never handed in and is in the state`);
  }
  for (const text of executed) if (!history.inputs.has(text)) problems.push(`nobody handed in ${text}, which is in the state`);
  for (const { user, ledgerSeqNo, texts } of history.outputs) {
    for (const text of texts) if (!text.startsWith(`done ${user}-`) || !done.has(text.slice('done '.length))) problems.push(`${user} was sent '${text}' with ledger ${ledgerSeqNo}, which does not follow from the ledgers`);
  }
  return problems;
}
