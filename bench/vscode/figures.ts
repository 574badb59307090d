import { activation } from './activation';
import { debugging } from './debugging';
import { flood } from './flood';
import { changes } from './changes';

export interface Figure {
  readonly name: string;
  readonly target?: number;
  readonly values: readonly number[];
  readonly digits: number;
}

export interface Figures {
  readonly title: string;
  readonly rows: readonly Figure[];
}

/** All that is measured in a VS Code with the packed extension. */
export async function figures(vsix: string, runs: number): Promise<Figures[]> {
  return [await activation(vsix, runs), await changes(vsix, runs), await debugging(vsix, runs), await flood(vsix, runs)];
}
