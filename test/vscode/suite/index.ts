// Runs the suites beside it with Mocha inside the extension host. They import `describe` and `it` from mocha.
import Mocha from 'mocha';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Failure, Tally } from '../harness/tally';
import { hearOnlyOurErrors } from './foreignErrors';
import { sourceStack } from './sourceStack';
import { FILE_VARIABLE, GREP_VARIABLE, REPORT_VARIABLE } from './variables';

/** Called by VS Code, which ends with 1 when this rejects. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 60_000, fullTrace: true, forbidOnly: process.env['CI'] === 'true' });
  const grep = process.env[GREP_VARIABLE];
  if (grep) mocha.grep(new RegExp(grep));
  const only = process.env[FILE_VARIABLE];
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.js'));
  for (const file of files.sort()) if (!only || only === sourceOf(join(__dirname, file))) mocha.addFile(join(__dirname, file));

  process.setSourceMapsEnabled(true); // Before they are loaded.
  const tally = await result(mocha);
  const report = process.env[REPORT_VARIABLE];
  if (report !== undefined) writeFileSync(report, JSON.stringify(tally));
  if (tally.failures.length > 0) throw new Error(`${tally.failures.length} failed`);
}

function result(mocha: Mocha): Promise<Tally> {
  let passed = 0;
  const skips: string[] = [];
  const failures = new Map<Mocha.Runnable, Failure>();
  return new Promise((resolve) => {
    const runner = hearOnlyOurErrors(() => mocha.run(() => resolve({ passed, skips, failures: [...failures.values()] })));
    runner.on('pass', () => passed++);
    runner.on('fail', (test, error: Error) => {
      error.stack = sourceStack(error.stack ?? '');
      // A test that failed by a stray error fails once more when it ends.
      if (!failures.has(test)) failures.set(test, { file: test.file && sourceOf(test.file), name: test.fullTitle(), message: error.message });
    });
    runner.on('pending', (test) => skips.push(test.fullTitle()));
  });
}

/** The file in the project of a test that was compiled (harness/bundle.ts). */
const sourceOf = (file: string): string => `test/vscode/suite/${relative(__dirname, file).replace(/\.js$/, '.ts')}`;
