import type { Services } from '../services';

/** One command of package.json. `run` gets what VS Code passes: a tree item, a URI, or nothing from the palette. */
export interface Command {
  readonly id: `hotpocket.${string}`;
  run(services: Services, ...args: unknown[]): Promise<void> | void;
}
