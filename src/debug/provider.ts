import type { Debuggee, SpawnRecipe } from '../base/debugLink';

/** The contract's program as hp.cfg has it. */
export interface Program {
  readonly binPath: string;
  readonly binArgs: string;
}

/** What the author asked of the debugger, as far as a provider can do something with it. */
export interface AttachOptions {
  /** The folder that was deployed: the local files of which a node has copies. */
  readonly contractFolder: string;
  /** The project that is built into the contract folder. */
  readonly projectFolder: string;
  readonly stopOnEntry: boolean;
  readonly sourceMaps?: boolean;
  readonly outFiles?: readonly string[];
  readonly resolveSourceMapLocations?: readonly string[] | null;
  readonly skipFiles?: readonly string[];
}

/** A configuration for one of VS Code's own debuggers. */
export interface AttachConfiguration {
  readonly type: string;
  readonly request: 'attach';
  readonly name: string;
  readonly [attribute: string]: unknown;
}

/**
 * Knows how contracts of one kind of program are debugged: how to start them so that they wait for a debugger, and which of VS Code's
 * debuggers attaches how. To support another language, write one and add it to `providers.ts`; for Python that would be debugpy with
 * `executable` and `argvPrefix` (-m debugpy --listen … --wait-for-client) in the recipe, and a `debugpy` attach configuration.
 */
export interface DebugProvider {
  /** What it is for, in words. */
  readonly label: string;
  handles(program: Program): boolean;
  /** See SpawnRecipe: nothing that the contract is told or that is hashed may change. */
  recipe(program: Program): SpawnRecipe;
  attach(debuggee: Debuggee, options: AttachOptions): AttachConfiguration;
}
