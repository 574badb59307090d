import { together } from '../../src/diagnose/troubles/clusterTroubles';
import { NodeTroubles } from '../../src/diagnose/troubles/nodeTroubles';

/** Codes of the troubles in which a node is after it said this. */
export function troublesIn(log: string): string[] {
  const node = new NodeTroubles();
  node.text(log);
  return together(new Map([[1, node.current]])).map(({ code }) => code);
}
