import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../../test/vscode/harness/bundle';
import { hostVsCode } from '../../../test/vscode/harness/hostVsCode';
import { projectFolder } from '../../../test/vscode/harness/paths';
import { runHost } from '../../../test/vscode/harness/runHost';
import { Scratch } from '../../../test/vscode/harness/scratch';
import { PROJECT_VARIABLE, RUNS_VARIABLE, type Debugging } from './debugVariables';
import type { Figures } from './figures';
import { FIGURES_VARIABLE } from './suite/variables';

/** The sample contract, stopped in every round on one of three nodes, at round time 1000 ms. */
export async function debugging(vsix: string, runs: number): Promise<Figures> {
  const built = await bundle(join(projectFolder, 'bench', 'parts', 'vscode', 'debugSuite'));
  const scratch = new Scratch();
  const file = scratch.path('figures.json');
  const project = scratch.path('project');
  cpSync(join(projectFolder, 'samples', 'starter'), project, { recursive: true });
  try {
    const vscode = await hostVsCode(built.code, () => undefined);
    const env = { [FIGURES_VARIABLE]: file, [PROJECT_VARIABLE]: project, [RUNS_VARIABLE]: String(runs) };
    const { failures } = await runHost({ vscode, extension: vsix, suites: built.suites, env });
    if (failures.length > 0) throw new Error(failures.map(({ name, message }) => `${name}: ${message}`).join('\n'));
    const { arm, disarm, toStopped, stopped, rounds } = JSON.parse(readFileSync(file, 'utf8')) as Debugging;
    return {
      title: 'debugging',
      rows: [
        { id: 'debug.arm', name: 'arming a node', unit: 'ms', most: 100, values: arm, digits: 1 },
        { id: 'debug.disarm', name: 'disarming it', unit: 'ms', most: 100, values: disarm, digits: 1 },
        { id: 'debug.toStopped', name: 'start of a contract process to its breakpoint', unit: 'ms', most: 600, values: toStopped, digits: 0 },
        { id: 'debug.missed', name: 'runs without a stop', unit: '', most: 0, values: [rounds - stopped], digits: 0 },
      ],
    };
  } finally {
    built.dispose();
    await scratch.dispose();
  }
}
