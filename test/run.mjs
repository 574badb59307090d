// Runs everything that `npm test` stands for and ends with one line that counts it (TESTING.md). `--vscode`: of the suites only those in a
// real VS Code; `--long`: the long forms.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endPrograms, leftBehind, runProgram } from './programs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
// Short, because sockets below it have paths of 100 characters at most.
const results = realpathSync(mkdtempSync(join(tmpdir(), 'hp-')));
// Some tests run programs as other users, and this is their folder for temporary files, too.
chmodSync(results, 0o1777);
/** Where tests leave what nodes said (test/support/said.ts). */
const said = join(results, 'said');
const long = process.argv.includes('--long');
const total = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];

/** Whatever is started has its temporary files in the folder of results, which is how it is found if it is left behind. */
const run = (name, command, args, { env = {}, patient = false } = {}) =>
  runProgram(name, command, args, { cwd: root, patient, env: { ...process.env, TMPDIR: results, HOTPOCKET_TEST_LOCKS: results, ...env } });

/** A step that is one test by itself: it ends well or it does not. */
async function check(name, command, args, options) {
  const ok = await run(name, command, args, options);
  total[ok ? 'passed' : 'failed']++;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    total.failed++;
    return undefined;
  }
}

/** A project of vitest.config.mts. `within`: a command that runs another one. */
async function suite(project, { within = [], ...options } = {}) {
  const file = join(results, `${project}.json`);
  const [command, ...args] = [...within, bin('vitest'), 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const ok = await run(project, command, args, { ...options, env: { HOTPOCKET_TEST_SAID: said, ...(long ? { HOTPOCKET_TEST_LONG: '1' } : {}) } });
  const report = readReport(file);
  if (!report) return;
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
async function docker() {
  const wrapper = join(root, 'test/docker/daemon/withDaemon.mjs');
  if (!long && !process.env.HOTPOCKET_TEST_DOCKER) {
    total.skipped++;
    skipped.push('docker: not asked for (HOTPOCKET_TEST_DOCKER=1, or npm run test:long)');
    return;
  }
  const probe = spawnSync(process.execPath, [wrapper, '--check'], { encoding: 'utf8' });
  if (probe.status === 0) await suite('docker', { within: [process.execPath, wrapper] });
  else {
    total.skipped++;
    skipped.push(`docker: ${probe.stderr.trim().split('\n').at(-1)}`);
  }
}

/** The extension in a real VS Code, by its own runner (test/vscode/run.mjs), against the package that users would install. */
async function vscode(part, vsix) {
  const file = join(results, `${part}.json`);
  const ok = await run(part, process.execPath, ['test/vscode/run.mjs', part, '--vsix', vsix], { env: { HOTPOCKET_TEST_REPORT: file } });
  const report = readReport(file);
  if (!report) return;
  for (const key of ['passed', 'failed', 'skipped']) total[key] += report[key];
  if (!ok && report.failed === 0) total.failed++;
  skipped.push(...report.notes.filter((note) => note.startsWith('skipped: ')).map((note) => note.slice('skipped: '.length)));
}

for (const [name, code] of [['SIGHUP', 129], ['SIGINT', 130], ['SIGTERM', 143]]) {
  process.once(name, async () => {
    await endPrograms(results);
    rmSync(results, { recursive: true, force: true });
    process.exit(code);
  });
}

const started = Date.now();
await check('build', process.execPath, ['build.mjs']);
await check('build the sample', process.execPath, ['samples/starter/build.mjs']);
const vsix = join(results, 'hotpocket-studio.vsix');
await check('package', process.execPath, ['scripts/package.mjs', '--out', vsix]);

const only = process.argv.includes('--vscode');
/** What only computes takes the time that others leave. */
const patient = { patient: true };
const read = async () => {
  await check('types', bin('tsc'), ['--noEmit'], patient);
  await check('lint and room rules', bin('eslint'), ['.', '--max-warnings=0'], patient);
};
// What VS Code needs is got meanwhile; whether it can be had is said by its suites.
const prepareVsCode = () => run('what VS Code needs', process.execPath, ['test/vscode/run.mjs', 'provision'], patient);
await Promise.all([read(), prepareVsCode(), only || suite('unit')]);
await Promise.all([vscode('host', vsix), only || suite('sim', patient)]);
// Rounds and windows are looked at by the clock, so they have the machine to themselves.
if (!only) {
  await suite('process');
  await docker();
}
await vscode('ui', vsix);
if (!only) await check('log lines', process.execPath, ['test/logLines.mjs', said]);

// Whoever leaves a process behind has failed, whatever its tests say.
const left = await leftBehind(results);
for (const line of left) console.log(`left behind: ${line}`);
total[left.length > 0 ? 'failed' : 'passed']++;
await endPrograms(results);
rmSync(results, { recursive: true, force: true });

console.log(`\n${Math.round((Date.now() - started) / 1000)} s`);
for (const name of skipped) console.log(`skipped: ${name}`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;
