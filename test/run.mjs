// Runs everything that `npm test` stands for and ends with one line that counts it (TESTING.md). `--vscode`: of the suites only those in a
// real VS Code; `--long`: the long forms.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const results = mkdtempSync(join(tmpdir(), 'hotpocket-results-'));
/** Where tests leave what nodes said (test/support/said.ts). */
const said = join(results, 'said');
const long = process.argv.includes('--long');
const total = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];

const run = (command, args, env = {}) => spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;

/** A step that is one test by itself: it ends well or it does not. */
function check(name, command, args) {
  console.log(`\n== ${name}`);
  total[run(command, args) ? 'passed' : 'failed']++;
}

/** `before`: what the tests' command line is handed to. */
function suite(project, before = []) {
  console.log(`\n== ${project}`);
  const file = join(results, `${project}.json`);
  const [command, ...args] = [...before, bin('vitest'), 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const ok = run(command, args, { HOTPOCKET_TEST_SAID: said, ...(long ? { HOTPOCKET_TEST_LONG: '1' } : {}) });
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    total.failed++;
    return;
  }
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  // A file that does not load, or an error outside any test, fails no test of its own.
  if (!ok && report.numFailedTests === 0) total.failed++;
  for (const { assertionResults } of report.testResults) {
    for (const test of assertionResults) if (test.status === 'pending' || test.status === 'skipped') skipped.push(`${project}: ${test.fullName}`);
  }
}

/** Containers of a Docker daemon that is started for the tests alone. */
function docker() {
  const wrapper = join(root, 'test/docker/daemon/withDaemon.mjs');
  const probe = spawnSync(process.execPath, [wrapper, '--check'], { encoding: 'utf8' });
  if (probe.status === 0) suite('docker', [process.execPath, wrapper]);
  else {
    total.skipped++;
    skipped.push(`docker: ${probe.stderr.trim().split('\n').at(-1)}`);
  }
}

/** The extension in a real VS Code, by its own runner (test/vscode/run.mjs), against the package that users would install. */
function vscode(part, vsix) {
  const file = join(results, `${part}.json`);
  const ok = run(process.execPath, ['test/vscode/run.mjs', part, '--vsix', vsix], { HOTPOCKET_TEST_REPORT: file });
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    total.failed++;
    return;
  }
  for (const key of ['passed', 'failed', 'skipped']) total[key] += report[key];
  if (!ok && report.failed === 0) total.failed++;
  skipped.push(...report.notes.filter((note) => note.startsWith('skipped: ')).map((note) => note.slice('skipped: '.length)));
}

const started = Date.now();
check('build', process.execPath, ['build.mjs']);
check('build the sample', process.execPath, ['samples/starter/build.mjs']);
check('types', bin('tsc'), ['--noEmit']);
check('lint and room rules', bin('eslint'), ['.', '--max-warnings=0']);
const vsix = join(results, 'hotpocket-studio.vsix');
check('package', process.execPath, ['scripts/package.mjs', '--out', vsix]);
if (!process.argv.includes('--vscode')) {
  for (const project of ['unit', 'sim', 'process']) suite(project);
  docker();
  check('log lines', process.execPath, ['test/logLines.mjs', said]);
}
for (const part of ['host', 'ui']) vscode(part, vsix);
rmSync(results, { recursive: true, force: true });

console.log(`\n${Math.round((Date.now() - started) / 1000)} s`);
for (const name of skipped) console.log(`skipped: ${name}`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;
