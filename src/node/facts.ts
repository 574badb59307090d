import type { NodeFact } from '../base/nodeLink';

/** Tells the supervisor, if there is one. A full or broken channel loses facts, never the node. */
export function report(fact: NodeFact): void {
  if (!process.send || !process.connected) return;
  process.send(fact, undefined, undefined, () => {});
}
