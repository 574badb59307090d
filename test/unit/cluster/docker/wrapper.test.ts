import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FOLDER } from '../../../../src/cluster/docker/debug/agent/folder';
import { START, WRAPPER } from '../../../../src/cluster/docker/debug/agent/wrapper';

/** Shells that images have. */
const SHELLS = [['dash'], ['busybox', 'sh']].filter(([command = '', ...args]) => spawnSync(command, [...args, '-c', 'true']).status === 0);
/** Says what it was given, which no shell can say without loss. */
const CONTRACT = `let stdin = ''; process.stdin.on('data', (part) => (stdin += part)).on('end', () =>
  console.log(JSON.stringify({ pid: process.pid, execArgv: process.execArgv, args: process.argv.slice(2), env: process.env, cwd: process.cwd(), stdin })));`;
/** In the place of Node.js, where only what was put in front matters: its pid and arguments. */
const QUICK = `#!/bin/sh
cat > /dev/null
printf '%s\\n' $$ "$@"
`;
const run = (users: object, more: object = {}): string => JSON.stringify({ readonly: false, lcl_seq_no: 7, users, ...more });
const PATH = process.env.PATH ?? '';
const pathOf = (command: string): string => spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', command]).stdout.toString().trim();
const WITH_INPUT = run({ edaa: [9, [0, 5]] }, { 'private_key': 'für niemanden' });
const EMPTY = run({ edaa: [9] });

let home: string;
let folder: string;
let state: string;
let program: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'hotpocket wräpper ')));
  // The text has the folder's path, which is a constant without blanks.
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'hotpocket-debug-')));
  state = join(home, 'Mein Vertrag ü', 'contract_fs', 'mnt', 'rw', 'state');
  program = join(home, 'ein prögramm $x');
  for (const path of [state, join(folder, 'runs')]) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, 'node'), QUICK, { mode: 0o755 });
  for (const [name, text] of [['start', START], ['wrapper', WRAPPER]] as const) writeFileSync(join(folder, name), text.replaceAll(FOLDER, folder));
  // The last one first, as they are put in front one after the other.
  writeFileSync(join(folder, 'debugged'), '--stack-trace-limit=7\n--title=mit ä $HOME\n');
  writeFileSync(join(folder, 'undebugged'), '--no-warnings\n');
});
afterEach(() => {
  for (const path of [home, folder]) rmSync(path, { recursive: true, force: true });
});

const arm = (runs: string, rounds: string, agent = process.pid): void => writeFileSync(join(folder, 'armed'), `${agent} ${runs} ${rounds}\n`);

interface Options {
  readonly input?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}
/** What a contract process prints that the kernel starts by way of the wrapper: the shell gets the file, the program's path and its arguments. */
async function start([shell = '', ...options]: readonly string[], { input = WITH_INPUT, args = [], env = {}, cwd = state }: Options = {}): Promise<{ readonly pid: number | undefined; readonly said: string }> {
  const child = spawn(pathOf(shell), [...options, join(folder, 'start'), program, ...args], { cwd, env: { PATH, ...env } });
  child.stdin.end(input);
  let [said, complaint] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  expect(complaint).toBe('');
  return { pid: child.pid, said };
}
const DEBUGGED = ['--title=mit ä $HOME', '--stack-trace-limit=7'];
async function isDebugged(shell: readonly string[], options?: Options): Promise<boolean> {
  const { pid, said } = await start(shell, options);
  const [became, ...added] = said.trimEnd().split('\n');
  expect(became).toBe(`${pid}`);
  expect(added).toEqual(added.includes('--no-warnings') ? ['--no-warnings'] : DEBUGGED);
  return !added.includes('--no-warnings');
}

it.skipIf(process.platform !== 'linux')('is started by the kernel in the place of a program with any name', () => {
  writeFileSync(program, readFileSync(join(folder, 'wrapper')));
  chmodSync(program, 0o755);
  arm('both', 'all');
  const { stdout, stderr } = spawnSync(program, ['a b ü'], { cwd: state, env: { PATH }, input: EMPTY });
  expect(stderr.toString()).toBe('');
  expect(stdout.toString().trimEnd().split('\n').slice(1)).toEqual([...DEBUGGED, 'a b ü']);
});

describe.skipIf(process.platform !== 'linux').each(SHELLS.map((shell) => ({ shell })))('the wrapper by $shell', ({ shell }) => {
  it('becomes the program, with all that it was given', async () => {
    rmSync(join(folder, 'node'));
    symlinkSync(process.execPath, join(folder, 'node'));
    writeFileSync(join(state, 'contract.js'), CONTRACT);
    arm('both', 'all');
    const args = ['a b', '', 'ä"\'\\n', '*', '$(id)', 'two\nlines', '-x'];
    const input = `${run({ edaa: [9, [0, 5]] }, { text: 'ü'.repeat(100_000) })}\n`;
    for (const env of [{ PATH, NAME: 'ein Wert', ZEILEN: 'a\nb', hotpocket: 'ü' }, { PATH: '/nirgends', OLDPWD: '/x y', SHLVL: '7' }] as Record<string, string>[]) {
      const { pid, said } = await start(shell, { args: ['contract.js', ...args], env, input });
      expect(JSON.parse(said)).toEqual({ pid, execArgv: DEBUGGED, args, env, cwd: state, stdin: input });
    }
  });

  it('debugs the runs that were asked for', async () => {
    const read = run({}, { readonly: true });
    const debugged = async (runs: string, rounds: string): Promise<boolean[]> => {
      arm(runs, rounds);
      const found: boolean[] = [];
      for (const input of [WITH_INPUT, EMPTY, read]) found.push(await isDebugged(shell, { input }));
      return found;
    };
    expect(await debugged('both', 'all')).toEqual([true, true, true]);
    expect(await debugged('both', 'withInputs')).toEqual([true, false, true]);
    expect(await debugged('consensus', 'withInputs')).toEqual([true, false, false]);
    expect(await debugged('read', 'all')).toEqual([false, false, true]);
  });

  it('knows a read request by its mode, too', async () => {
    arm('read', 'all');
    const modes = ['consensus', 'read_req', 'consensus_fallback'].map((mode) => run({ edaa: [9, [0, 5]] }, { readonly: undefined, mode }));
    const debugged: boolean[] = [];
    for (const input of modes) debugged.push(await isDebugged(shell, { input }));
    expect(debugged).toEqual([false, true, false]);
  });

  it('says that it waits, and leaves what it was given to its owner alone', async () => {
    arm('both', 'all');
    const { pid } = await start(shell);
    expect(readdirSync(join(folder, 'runs')).sort()).toEqual([`${pid}`, `${pid}.args`, `${pid}.ready`]);
    expect(readFileSync(join(folder, 'runs', `${pid}.args`), 'utf8')).toBe(WITH_INPUT);
    expect(spawnSync('stat', ['-c', '%a', join(folder, 'runs', `${pid}.args`)]).stdout.toString().trim()).toBe('600');
  });

  it('debugs nothing that is not a contract, or when nobody is there', async () => {
    const elsewhere = join(home, 'anderswo');
    mkdirSync(elsewhere);
    expect(await isDebugged(shell)).toBe(false);
    arm('both', 'all');
    expect(await isDebugged(shell, { cwd: elsewhere })).toBe(false);
    // Of a process that is gone.
    arm('both', 'all', spawnSync('true').pid);
    expect(await isDebugged(shell)).toBe(false);
    for (const text of ['', 'nonsense\n']) {
      writeFileSync(join(folder, 'armed'), text);
      expect(await isDebugged(shell)).toBe(false);
    }
    expect(readdirSync(join(folder, 'runs')).filter((name) => name.includes('.'))).toEqual([]);
  });

  it('does not debug what the contract itself starts', async () => {
    arm('both', 'all');
    // It is a contract that starts the program again.
    const again = [pathOf(shell[0] ?? ''), ...shell.slice(1), join(folder, 'start'), program];
    writeFileSync(join(folder, 'node'), `#!/bin/sh\ncase $1 in --no-warnings) echo "$@" ;; *) echo '{}' | ${again.map((word) => `'${word}'`).join(' ')} ;; esac\n`, { mode: 0o755 });
    expect((await start(shell)).said).toBe('--no-warnings\n');
  });
});

it('leaves nothing of the debugger where the text of the wrapper stands', () => {
  expect(WRAPPER).toBe(`#!/bin/sh ${FOLDER}/start\n`);
  // A kernel cuts the line after 255 bytes, older ones after 127.
  expect(WRAPPER.length).toBeLessThan(127);
  expect(existsSync(FOLDER)).toBe(false);
});
