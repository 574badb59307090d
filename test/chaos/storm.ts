import { setTimeout as sleep } from 'node:timers/promises';
import { faults, type Field } from './faults';
import type { Phase } from './schedule';

/** Carries the schedule out, as far as there is time. A fault that finds what it needs in use waits for it. Resolves in calm. */
export async function storm(phases: readonly Phase[], field: Field): Promise<void> {
  const { history, cluster } = field;
  const end = Date.now() + cluster.options.seconds * 1000;
  const used = new Set<string>();
  const needed = new Map<string, number>();
  for (const phase of phases) {
    if (Date.now() > end) break;
    const underWay = new Set<Promise<void>>();
    for (const fault of phase.faults) {
      await sleep(fault.after);
      const { uses, needs = [], strike } = faults[fault.kind];
      const own = uses(fault, field);
      const isTaken = (): boolean => own.some((resource) => used.has(resource) || (needed.get(resource) ?? 0) > 0) || needs.some((resource) => used.has(resource));
      while (isTaken()) await Promise.race(underWay);
      for (const resource of own) used.add(resource);
      for (const resource of needs) needed.set(resource, (needed.get(resource) ?? 0) + 1);
      const struck = strike(fault, field, (what) => history.strike(fault.kind, what)).finally(() => {
        for (const resource of own) used.delete(resource);
        for (const resource of needs) needed.set(resource, (needed.get(resource) ?? 0) - 1);
        underWay.delete(struck);
      });
      underWay.add(struck);
    }
    // Whoever waits for a node that crashed often starts it himself.
    await Promise.all([...underWay, cluster.startAll()]);
    history.note('calm');
    await sleep(phase.calmMs);
  }
}
