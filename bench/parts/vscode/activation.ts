import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../../test/vscode/harness/bundle';
import { hostVsCode } from '../../../test/vscode/harness/hostVsCode';
import { projectFolder } from '../../../test/vscode/harness/paths';
import { runHost } from '../../../test/vscode/harness/runHost';
import { Scratch } from '../../../test/vscode/harness/scratch';
import type { Figures } from './figures';
import { FIGURES_VARIABLE, type Activation } from './suite/variables';

/** Activation in an extension host that has settled, a fresh one each time. */
export async function activation(vsix: string, runs: number): Promise<Figures> {
  const built = await bundle(join(projectFolder, 'bench', 'parts', 'vscode', 'suite'));
  const scratch = new Scratch();
  const file = scratch.path('figures.json');
  const results: Activation[] = [];
  try {
    const vscode = await hostVsCode(built.code, () => undefined);
    for (let i = 0; i < runs; i++) {
      // Activated by hand, else it would be while VS Code still starts, and its other extensions with it.
      const { failures } = await runHost({ vscode, extension: vsix, suites: built.suites, env: { [FIGURES_VARIABLE]: file }, manifest: { activationEvents: [] } });
      if (failures.length > 0) throw new Error(failures.map(({ name, message }) => `${name}: ${message}`).join('\n'));
      results.push(JSON.parse(readFileSync(file, 'utf8')) as Activation);
      writeFileSync(file, '');
    }
  } finally {
    built.dispose();
    await scratch.dispose();
  }
  return {
    title: results[0]?.name ?? '',
    rows: [
      { id: 'extension.activation', name: 'activation in a settled host', unit: 'ms', most: 40, values: results.map(({ activated }) => activated), digits: 1 },
      { id: 'extension.ready', name: 'from there until the cluster was looked for', unit: 'ms', values: results.map(({ ready }) => ready), digits: 1 },
      { id: 'extension.compared', name: 'activation of a small extension of VS Code itself', unit: 'ms', values: results.map(({ compared }) => compared), digits: 1 },
    ],
  };
}
