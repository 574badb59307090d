import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vitestTally } from '../../vitestTally.mjs';
import { projectFolder } from './paths';
import { foreground } from './processes';
import { Scratch } from './scratch';
import { failure, type Choice, type Tally } from './tally';

/** The packed extension that the windows of the UI tests have installed. */
export const VSIX_VARIABLE = 'HOTPOCKET_TEST_VSIX';

/** Runs a project of vitest.config.mts beside this folder. Whatever its tests leave behind, also when it is killed, is removed. */
export async function runVitest(project: string, vsix: string | undefined, { grep, file: only }: Choice): Promise<Tally> {
  const scratch = new Scratch();
  const file = scratch.path('report.json');
  const config = join(projectFolder, 'test', 'vscode', 'vitest.config.mts');
  const args = ['run', '--config', config, '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  if (grep !== undefined) args.push('--testNamePattern', grep);
  if (only !== undefined) args.push(join(projectFolder, only));
  const env = { ...process.env, ...scratch.env, ...(vsix !== undefined && { [VSIX_VARIABLE]: vsix }) };
  try {
    const vitest = join(projectFolder, 'node_modules', 'vitest', 'vitest.mjs');
    const child = spawn(process.execPath, [vitest, ...args], { cwd: projectFolder, stdio: 'inherit', env });
    const code = await foreground(child);
    return tally(file, code === 0, grep === undefined);
  } finally {
    await scratch.dispose();
  }
}

function tally(file: string, ok: boolean, wantAll: boolean): Tally {
  if (!existsSync(file)) return failure('Vitest ended without a report');
  const all: Tally = vitestTally(projectFolder, JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof vitestTally>[1], ok);
  // What was not chosen is skipped, too.
  return wantAll ? all : { ...all, skips: [] };
}
