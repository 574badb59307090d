import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectFolder } from './paths';
import { foreground } from './processes';
import { Scratch } from './scratch';
import { failure, type Choice, type Failure, type Tally } from './tally';

/** The packed extension that the windows of the UI tests have installed. */
export const VSIX_VARIABLE = 'HOTPOCKET_TEST_VSIX';

interface VitestReport {
  numPassedTests: number;
  testResults: { name: string; assertionResults: { status: string; fullName: string; failureMessages?: string[] }[] }[];
}

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
  const { numPassedTests: passed, testResults } = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  const results = testResults.flatMap(({ name, assertionResults }) => assertionResults.map((result) => ({ ...result, file: relative(projectFolder, name) })));
  const skipped = wantAll ? results.filter(({ status }) => status !== 'passed' && status !== 'failed') : [];
  const failures: Failure[] = results.filter(({ status }) => status === 'failed').map(({ file, fullName, failureMessages }) => ({ file, name: fullName, message: failureMessages?.[0] }));
  // A file that does not load, or an error outside any test, fails no test of its own.
  if (!ok && failures.length === 0) failures.push({ name: 'an error outside the tests' });
  return { passed, skips: skipped.map(({ fullName }) => fullName), failures };
}
