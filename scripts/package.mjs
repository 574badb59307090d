// `npm run package [-- --out FILE]`: makes the .vsix out of what is in dist/. One package serves Linux and macOS, on x64 and arm64; on
// other platforms the extension runs without what needs koffi (NPL and control channels).
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
const modules = join(root, 'dist/node_modules');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const wanted = process.argv.indexOf('--out');
const out = wanted > 0 ? process.argv[wanted + 1] : join(root, `hotpocket-studio-${version}.vsix`);

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** A platform's binary: npm installs only the one of this machine, the others come as packed packages. */
function koffiBinary(platform, koffiVersion) {
  const name = `@koromix/koffi-${platform}`;
  const installed = join(root, 'node_modules', name);
  const target = join(modules, name);
  if (existsSync(installed)) return cpSync(installed, target, { recursive: true });
  const temp = mkdtempSync(join(tmpdir(), 'hotpocket-package-'));
  try {
    const file = run('npm', ['pack', `${name}@${koffiVersion}`, '--silent', '--prefer-offline'], temp).trim();
    run('tar', ['-xzf', file], temp);
    cpSync(join(temp, 'package'), target, { recursive: true });
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

rmSync(modules, { recursive: true, force: true });
const koffi = join(root, 'node_modules/koffi');
// Its C++ is not needed: every platform's binary is a package of its own.
const needed = (file) => statSync(file).isDirectory() ? !/[/\\](vendor|doc)$/.test(file) : /(\.cjs|package\.json|LICENSE\.txt)$/.test(file);
cpSync(koffi, join(modules, 'koffi'), { recursive: true, filter: needed });
for (const platform of platforms) koffiBinary(platform, JSON.parse(readFileSync(join(koffi, 'package.json'), 'utf8')).version);

// A package without NPL would look whole: so it must load from where it will be.
if (platforms.includes(`${process.platform}-${process.arch}`)) run(process.execPath, ['-e', `require('node:module').createRequire(${JSON.stringify(join(root, 'dist/node.js'))})('koffi').load(null)`], tmpdir());

// vsce wants a newer Node.js than this project does; the JavaScript it is made of runs on both.
run(process.execPath, [join(root, 'node_modules/@vscode/vsce/vsce'), 'package', '--no-dependencies', '--out', out], root);
console.log(`${out} (${(statSync(out).size / 2 ** 20).toFixed(1)} MiB)`);
