// Runs the suites beside it with Mocha inside the extension host. They import `describe` and `it` from mocha.
import Mocha from 'mocha';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tally } from '../harness/tally';
import { hearOnlyOurErrors } from './foreignErrors';
import { sourceStack } from './sourceStack';
import { GREP_VARIABLE, REPORT_VARIABLE } from './variables';

/** Called by VS Code, which ends with 1 when this rejects. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 60_000, fullTrace: true, forbidOnly: process.env['CI'] === 'true' });
  const grep = process.env[GREP_VARIABLE];
  if (grep) mocha.grep(new RegExp(grep));
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.js'));
  for (const file of files.sort()) mocha.addFile(join(__dirname, file));

  process.setSourceMapsEnabled(true); // Before they are loaded.
  const tally = await result(mocha);
  const report = process.env[REPORT_VARIABLE];
  if (report !== undefined) writeFileSync(report, JSON.stringify(tally));
  if (tally.failed > 0) throw new Error(`${tally.failed} failed`);
}

function result(mocha: Mocha): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, notes: [] };
  return new Promise((resolve) => {
    const runner = hearOnlyOurErrors(() => mocha.run(() => resolve(tally)));
    runner.on('pass', () => tally.passed++);
    const failed = new Set<Mocha.Runnable>();
    runner.on('fail', (test, error: Error) => {
      // A test that failed by a stray error fails once more when it ends.
      tally.failed = failed.add(test).size;
      error.stack = sourceStack(error.stack ?? '');
    });
    runner.on('pending', (test) => {
      tally.skipped++;
      tally.notes.push(`skipped: ${test.fullTitle()}`);
    });
  });
}
