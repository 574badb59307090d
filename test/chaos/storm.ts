import { setTimeout as sleep } from 'node:timers/promises';
import { faults, type Field } from './faults';
import type { Phase } from './schedule';

/** Carries the schedule out. A fault that finds what it needs in use is left out, which the timeline tells. Resolves in calm. */
export async function storm(phases: readonly Phase[], field: Field): Promise<void> {
  const { history, cluster } = field;
  const used = new Set<string>();
  const needed = new Map<string, number>();
  for (const phase of phases) {
    const underWay: Promise<void>[] = [];
    for (const fault of phase.faults) {
      await sleep(fault.after);
      const { uses, needs = [], strike } = faults[fault.kind];
      const own = uses(fault, field);
      if (own.some((resource) => used.has(resource) || (needed.get(resource) ?? 0) > 0) || needs.some((resource) => used.has(resource))) {
        history.note(`(${fault.kind} is left out)`);
        continue;
      }
      for (const resource of own) used.add(resource);
      for (const resource of needs) needed.set(resource, (needed.get(resource) ?? 0) + 1);
      underWay.push(strike(fault, field, (what) => history.strike(fault.kind, what)).finally(() => {
        for (const resource of own) used.delete(resource);
        for (const resource of needs) needed.set(resource, (needed.get(resource) ?? 0) - 1);
      }));
    }
    // Whoever waits for a node that crashed often starts it himself.
    await Promise.all([...underWay, cluster.startAll()]);
    history.note('calm');
    await sleep(phase.calmMs);
  }
}
