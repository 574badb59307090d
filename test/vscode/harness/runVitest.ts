import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './paths';
import { foreground } from './processes';
import { Scratch } from './scratch';
import type { Tally } from './tally';

/** The packed extension that the windows of the UI tests have installed. */
export const VSIX_VARIABLE = 'HOTPOCKET_TEST_VSIX';

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { assertionResults: { status: string; fullName: string }[] }[];
}

/** Runs a project of vitest.config.mts beside this folder. Whatever its tests leave behind, also when it is killed, is removed. */
export async function runVitest(project: string, vsix: string | undefined, grep: string | undefined): Promise<Tally> {
  const scratch = new Scratch();
  const file = scratch.path('report.json');
  const config = join(projectFolder, 'test', 'vscode', 'vitest.config.mts');
  const args = ['run', '--config', config, '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  if (grep !== undefined) args.push('--testNamePattern', grep);
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
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0, notes: ['failed: Vitest ended without a report'] };
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  const results = wantAll ? report.testResults.flatMap(({ assertionResults }) => assertionResults) : [];
  const skipped = results.filter(({ status }) => status !== 'passed' && status !== 'failed');
  // A file that does not load, or an error outside any test, fails no test of its own.
  const failed = !ok && report.numFailedTests === 0 ? 1 : report.numFailedTests;
  return { passed: report.numPassedTests, failed, skipped: skipped.length, notes: skipped.map(({ fullName }) => `skipped: ${fullName}`) };
}
