// Runs everything that `npm test` stands for and ends with one line that counts it (TESTING.md). `--vscode`: of the suites only those in a
// real VS Code; `--long`: the long forms.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endPrograms, leftBehind, runProgram } from './programs.mjs';
import { Results } from './results.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
// Short, because sockets below it have paths of 100 characters at most.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hp-')));
// Some tests run programs as other users, and this is their folder for temporary files, too.
chmodSync(folder, 0o1777);
/** Where tests leave what nodes said (test/support/said.ts). */
const said = join(folder, 'said');
const long = process.argv.includes('--long');
const results = new Results(root);

/** Whatever is started has its temporary files in the folder of results, which is how it is found if it is left behind. */
const run = (name, command, args, { env = {}, patient = false } = {}) =>
  runProgram(name, command, args, { cwd: root, patient, env: { ...process.env, TMPDIR: folder, HOTPOCKET_TEST_LOCKS: folder, ...env } });

const check = async (name, command, args, options) => results.addStep(name, await run(name, command, args, options));

const readJson = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);

/** A project of vitest.config.mts, or some files of it. `within`: a command that runs another one. `workers`: how many files at a time. */
async function runSuite(project, { within = [], files = [], workers, ...options } = {}) {
  const report = join(folder, `${project}.json`);
  const [command, ...args] = [...within, bin('vitest'), 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...(workers ? [`--maxWorkers=${workers}`] : []), ...files];
  const ok = await run(project, command, args, { ...options, env: { HOTPOCKET_TEST_SAID: said, ...(long ? { HOTPOCKET_TEST_LONG: '1' } : {}) } });
  return { report: readJson(report), ok };
}

async function suite(project, options) {
  const { report, ok } = await runSuite(project, options);
  results.addVitest(project, report, ok);
}

const dockerInVsCode = ['docker', 'dockerTutorial'].map((name) => `test/vscode/ui/${name}.test.ts`);
const dockerDaemon = [process.execPath, join(root, 'test/docker/daemon/withDaemon.mjs')];

/** Containers of a Docker daemon that is started for the tests alone. In `npm test` only what every engine must do, because of the time. */
async function docker() {
  const whole = long || Boolean(process.env.HOTPOCKET_TEST_DOCKER);
  const [command, wrapper] = dockerDaemon;
  const probe = spawnSync(command, [wrapper, '--check'], { encoding: 'utf8' });
  if (probe.status !== 0) return results.skip(`docker: ${probe.stderr.trim().split('\n').at(-1)}`);
  await suite('docker', { within: dockerDaemon, files: whole ? [] : ['test/docker/engine.test.ts', 'test/docker/debug.test.ts'] });
  if (!whole) return results.skip('docker: the files beyond what every engine must do, and debugging (HOTPOCKET_TEST_DOCKER=1, or npm run test:long)');
  for (const file of dockerInVsCode) {
    const { report, ok } = await runVsCode('ui', file);
    results.addVsCode('ui', report, ok);
  }
}

/** The extension in a real VS Code, by its own runner (test/vscode/run.mjs), against the package that users would install. */
async function runVsCode(part, file) {
  const report = join(folder, `${part}.json`);
  const [command, ...args] = [...(dockerInVsCode.includes(file) ? dockerDaemon : []), process.execPath, 'test/vscode/run.mjs', part];
  const ok = await run(part, command, [...args, '--vsix', vsix, ...(file ? ['--file', file] : [])], { env: { HOTPOCKET_TEST_REPORT: report } });
  return { report: readJson(report), ok };
}

async function vscode(part) {
  const { report, ok } = await runVsCode(part);
  results.addVsCode(part, report, ok);
}

/** Whether a file that had a failure has none when nothing else runs. */
async function passesAlone(part, file) {
  const again = part === 'host' || part === 'ui' ? runVsCode(part, file) : runSuite(part, { files: [file], within: part === 'docker' ? dockerDaemon : [] });
  return (await again).ok;
}

for (const [name, code] of [['SIGHUP', 129], ['SIGINT', 130], ['SIGTERM', 143]]) {
  process.once(name, async () => {
    await endPrograms(folder);
    rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  });
}

const started = Date.now();
await check('build', process.execPath, ['build.mjs']);
await check('build the sample', process.execPath, ['samples/starter/build.mjs']);
const vsix = join(folder, 'hotpocket-studio.vsix');
await check('package', process.execPath, ['scripts/package.mjs', '--out', vsix]);

const only = process.argv.includes('--vscode');
/** Known weaknesses of what is installed, where the registry tells of them. */
async function audit() {
  const { stdout } = spawnSync(process.execPath, ['scripts/audit.mjs'], { cwd: root, encoding: 'utf8' });
  const skipped = stdout.split('\n').find((line) => line.startsWith('skipped: '));
  if (skipped) return results.skip(`audit of dependencies: ${skipped.slice('skipped: '.length)}`);
  await check('audit of dependencies', process.execPath, ['scripts/audit.mjs'], { patient: true });
}
/** What only computes is done behind everything that is looked at by the clock, in the time that this leaves. */
async function behind() {
  const patient = { patient: true };
  await check('types', bin('tsc'), ['--noEmit'], patient);
  await check('lint and room rules', bin('eslint'), ['.', '--max-warnings=0'], patient);
  if (!only) await audit();
  if (!only) await suite('sim', patient);
}
const computed = behind();
// What VS Code needs is got meanwhile; whether it can be had is said by its suites.
await Promise.all([run('what VS Code needs', process.execPath, ['test/vscode/run.mjs', 'provision']), only || suite('unit')]);
await vscode('host');
if (!only) {
  // Most of their time is waiting for rounds, so there can be more than cores.
  await Promise.all([suite('process', { workers: 4 }), docker()]);
  if (long) for (const project of ['chaos', 'soak']) await suite(project);
}
await computed;
await vscode('ui');
if (!only) await check('log lines', process.execPath, ['test/logLines.mjs', said]);

for (const [part, file] of results.toRunAgain()) {
  console.log(`\n== again, by itself: ${file}`);
  if (await passesAlone(part, file)) results.didNotFailAgain(part, file);
}

// Whoever leaves a process behind has failed, whatever its tests say.
const left = await leftBehind(folder);
for (const line of left) console.log(`left behind: ${line}`);
results.addStep('no process left behind', left.length === 0);
await endPrograms(folder);
rmSync(folder, { recursive: true, force: true });

console.log(`\n${Math.round((Date.now() - started) / 1000)} s`);
for (const line of results.report()) console.log(line);
process.exitCode = results.failed > 0 ? 1 : 0;
