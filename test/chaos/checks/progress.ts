import type { NodeDisk } from '../disks';
import type { History } from '../history';

const ROUNDS = 5;

/** Whenever enough nodes have been left alone for five rounds, there was a ledger in them. `until`: when the run ended. */
export function checkProgress(disks: readonly NodeDisk[], history: History, needed: number, roundTime: number, until: number): string[] {
  const span = ROUNDS * roundTime;
  const times = disks.flatMap(({ logged }) => logged.map(({ at }) => at)).sort((a, b) => a - b);
  const marks = [history.begin, ...times.filter((at) => at > history.begin && at < until), until];
  const isLeftAlone = (node: number, from: number): boolean => history.troubles.every((trouble) => trouble.node !== node || trouble.from >= from + span || (trouble.until ?? until) <= from);
  const problems: string[] = [];
  for (const [i, end] of marks.slice(1).entries()) {
    const begin = marks[i]!;
    if (end - begin <= span) continue;
    const starts = [begin, ...history.troubles.flatMap(({ until: healed = until }) => (healed > begin && healed + span < end ? [healed] : []))];
    const idle = starts.find((from) => disks.filter(({ node }) => isLeftAlone(node, from)).length >= needed);
    if (idle !== undefined) problems.push(`no ledger from ${history.time(idle)} to ${history.time(idle + span)}, though ${needed} nodes were left alone all the time`);
  }
  return problems;
}
