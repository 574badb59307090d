import type { Services } from '../services';

/** One command of package.json. `run` gets what VS Code passes: a row of the tree, a URI, or nothing from the palette. */
export interface Command {
  readonly id: `hotpocket.${string}`;
  /** It runs the contract's code: refused in a folder that is not trusted. package.json's `enablement` says the same. */
  readonly needsTrust?: true;
  /** It starts or stops nodes: what follows from that is the user's own doing and not announced to him. */
  readonly steers?: true;
  /** It changes the whole cluster and asks before: a second call while one runs does nothing but say so. */
  readonly exclusive?: true;
  run(services: Services, ...args: unknown[]): Promise<void> | void;
}
