import { activation } from './activation';
import { changes } from './changes';
import { debugging } from './debugging';
import { flood } from './flood';

/** As in figure.mjs. */
export interface Figure {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  readonly most?: number;
  readonly values: readonly number[];
  readonly digits: number;
}

export interface Figures {
  readonly title: string;
  readonly rows: readonly Figure[];
}

/** All that is measured in a VS Code with the packed extension. */
export async function* figures(vsix: string, runs: number, say: (text: string) => void): AsyncGenerator<Figures> {
  for (const measure of [activation, changes, debugging, flood]) {
    say(measure.name);
    yield await measure(vsix, runs);
  }
}
