import { setTimeout as sleep } from 'node:timers/promises';
import { faults, type Field } from './faults';
import type { Phase } from './schedule';

/** Carries the schedule out. A fault that finds what it needs in use is left out, which the timeline tells. Resolves in calm. */
export async function storm(phases: readonly Phase[], field: Field): Promise<void> {
  const { history, cluster } = field;
  const busy = new Set<string>();
  for (const phase of phases) {
    const underWay: Promise<void>[] = [];
    for (const fault of phase.faults) {
      await sleep(fault.after);
      const { uses, strike } = faults[fault.kind];
      const needed = uses(fault, field);
      if (needed.some((resource) => busy.has(resource))) {
        history.note(`(${fault.kind} is left out)`);
        continue;
      }
      for (const resource of needed) busy.add(resource);
      underWay.push(strike(fault, field, (what) => history.strike(fault.kind, what)).finally(() => {
        for (const resource of needed) busy.delete(resource);
      }));
    }
    // Whoever waits for a node that crashed often starts it himself.
    await Promise.all([...underWay, cluster.startAll()]);
    history.note('calm');
    await sleep(phase.calmMs);
  }
}
