import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { version } from '../../../src/cli/commands/version';
import type { Invocation } from '../../../src/cli/command';
import { findPrograms } from '../../../src/base/programs';
import { findRealHpdevkit } from '../../../src/extension/terminal/realHpdevkit';
import { SHIM_NAMES, windowsShim, writeShims, type NodeJs } from '../../../src/extension/terminal/shims';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), `hp "shims" it's $HOME \`ü\` `))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Stands for dist/cli.js: tells how it was called. */
const CLI = `console.log(JSON.stringify({ args: process.argv.slice(2), node: process.argv0, calledAs: process.env.HOTPOCKET_CALLED_AS, asNode: process.env.ELECTRON_RUN_AS_NODE, home: process.env.HOTPOCKET_HOME }));
process.exitCode = 7;`;

async function shims(nodeJs: NodeJs = { path: process.execPath, electron: false }): Promise<{ bin: string; cli: string }> {
  const bin = join(root, 'bin');
  const cli = join(root, 'cli.js');
  writeFileSync(cli, CLI);
  await writeShims(bin, cli, nodeJs);
  return { bin, cli };
}

/** As typed in a terminal that has the folder on its PATH. */
function typed(bin: string, line: string, env: NodeJS.ProcessEnv = {}) {
  const { stdout, stderr, status } = spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8', env: { PATH: bin + delimiter + (process.env['PATH'] ?? ''), HOTPOCKET_HOME: '/some where', ...env } });
  return { status, stderr, told: (stdout ? JSON.parse(stdout) : {}) as Record<string, unknown> };
}

describe.skipIf(process.platform === 'win32')('the commands of integrated terminals', () => {
  it.each(SHIM_NAMES)('%s runs the command line with its arguments and exit code', async (name) => {
    const { bin } = await shims();
    const { status, told } = typed(bin, `${name} deploy "my c'ontract" '$x' ""`);
    expect(status).toBe(7);
    expect(told).toEqual({ args: ['deploy', "my c'ontract", '$x', ''], node: process.execPath, calledAs: name, home: '/some where' });
  });

  it('runs VS Code\'s own program as Node.js', async () => {
    const { bin } = await shims({ path: process.execPath, electron: true });
    expect(typed(bin, 'hpdevkit status').told).toMatchObject({ asNode: '1' });
  });

  it('runs the Node.js of the setting, and the one on the PATH when the chosen one is gone', async () => {
    const { bin } = await shims({ path: join(root, 'gone'), electron: false });
    const chosen = join(root, 'my node');
    symlinkSync(process.execPath, chosen);
    expect(typed(bin, 'hpdevkit', { HOTPOCKET_NODE_PATH: chosen }).told).toMatchObject({ node: chosen });
    expect(typed(bin, 'hpdevkit').told).toMatchObject({ node: 'node' });
  });

  it('says so when the extension is gone', async () => {
    const { bin, cli } = await shims();
    rmSync(cli);
    expect(typed(bin, 'hpdevkit')).toEqual({ status: 127, stderr: 'hpdevkit: the HotPocket extension that this command belonged to is gone. Open a new terminal.\n', told: {} });
  });

  it('are written anew only when something is different', async () => {
    const { bin, cli } = await shims();
    const written = (): number => statSync(join(bin, 'hpdevkit')).ino;
    const before = written();
    await writeShims(bin, cli, { path: process.execPath, electron: false });
    expect(written()).toBe(before);
    await writeShims(bin, `${cli}.other`, { path: process.execPath, electron: false });
    expect(written()).not.toBe(before);
    expect(readFileSync(join(bin, 'hpdevkit'), 'utf8')).toContain('cli.js.other');
  });

  it('work from the scripts of a package.json', async () => {
    const { bin } = await shims();
    const project = join(root, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'x', scripts: { start: 'hpdevkit deploy dist || true' } }));
    const stdout = execFileSync('npm', ['start', '--silent'], { cwd: project, encoding: 'utf8', env: { ...process.env, PATH: bin + delimiter + (process.env['PATH'] ?? '') } });
    expect(JSON.parse(stdout)).toMatchObject({ args: ['deploy', 'dist'], calledAs: 'hpdevkit' });
  });

  it('on Windows says what to do', () => {
    expect(windowsShim('hpdevkit')).toMatch(/^@echo off\r\n[^]*echo hpdevkit: [^]*WSL[^]* 1>&2\r\nexit \/b 1\r\n$/);
  });
});

describe.skipIf(process.platform === 'win32')('looking for a real hpdevkit', () => {
  const program = (folder: string, content = '#!/bin/sh\nexit 1\n', mode = 0o755): string => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'hpdevkit'), content);
    chmodSync(join(folder, 'hpdevkit'), mode);
    return join(folder, 'hpdevkit');
  };

  it('finds it, without running it', async () => {
    const marker = join(root, 'ran');
    const real = program(join(root, 'a b'), `#!/bin/sh\ntouch '${marker.replaceAll("'", "'\\''")}'\n`);
    expect(await findRealHpdevkit(['', 'relative', join(root, 'none'), join(root, 'a b')].join(delimiter))).toBe(real);
    expect(() => statSync(marker)).toThrow();
  });

  it('does not take our own for it, but finds one behind ours', async () => {
    const { bin } = await shims();
    expect(await findRealHpdevkit(bin)).toBeUndefined();
    const real = program(join(root, 'real'));
    expect(await findRealHpdevkit([bin, join(root, 'real')].join(delimiter))).toBe(real);
  });

  it('does not take a folder or what cannot be run for it', async () => {
    mkdirSync(join(root, 'a', 'hpdevkit'), { recursive: true });
    program(join(root, 'b'), 'text', 0o644);
    expect(await findRealHpdevkit([join(root, 'a'), join(root, 'b')].join(delimiter))).toBeUndefined();
    expect(await findRealHpdevkit(undefined)).toBeUndefined();
  });

  it('lists programs in the order of the PATH', async () => {
    const [first, second] = [program(join(root, '1')), program(join(root, '2'))];
    expect(await findPrograms('hpdevkit', [join(root, '1'), join(root, '2')].join(delimiter))).toEqual([first, second]);
  });
});

describe('hotpocket version', () => {
  const said = async (env: NodeJS.ProcessEnv): Promise<string> => {
    let text = '';
    await version.run({ positionals: [], env, output: { line: (line: string) => (text += `${line}\n`) } } as unknown as Invocation);
    return text;
  };

  it('tells what the command of a terminal is', async () => {
    expect(await said({})).toMatch(/^hotpocket \S+ \(HotPocket \S+\)\n$/);
    expect(await said({ HOTPOCKET_CALLED_AS: 'hpdevkit' })).toMatch(/\nHere hpdevkit is the command of HotPocket Studio's embedded cluster \(setting hotpocket\.terminal\.hpdevkit\)\.\n$/);
  });
});
