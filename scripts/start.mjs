// `npm start`: the sample contract on a cluster of three, and VS Code on it with the extension loaded. The desktop's VS Code if `code` is
// on the PATH, else one in the browser, served on this machine.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sample = join(root, 'samples/starter');
const say = (text) => console.log(`\n== ${text}`);

function must(file, args, env = {}) {
  const { status } = spawnSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

const code = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'code')).find((path) => existsSync(path));

say('Building');
must('build.mjs', []);
must('samples/starter/build.mjs', []);
say('Deploying the sample contract to three nodes');
must('dist/cli.js', ['deploy', join(sample, 'dist')], { HP_CLUSTER_SIZE: process.env.HP_CLUSTER_SIZE ?? '3', HP_DEFAULT_NODE: '0' });
if (code) {
  say('Opening VS Code');
  spawn(code, [`--extensionDevelopmentPath=${root}`, sample], { detached: true, stdio: 'ignore' }).unref();
  console.log('The cluster runs on; end it with "HotPocket: Clean Cluster" or: node dist/cli.js clean');
} else {
  say('No desktop VS Code here (no `code` on the PATH): serving one for the browser');
  const folder = mkdtempSync(join(tmpdir(), 'hotpocket-start-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const vsix = join(folder, 'hotpocket-studio.vsix');
  must('scripts/package.mjs', ['--out', vsix]);
  // Installing VS Code was just asked for.
  const child = spawn(process.execPath, [join(root, 'test/vscode/run.mjs'), 'open', '--vsix', vsix, '--folder', sample], { cwd: root, stdio: 'inherit', env: { ...process.env, HOTPOCKET_TEST_PROVISION: '1' } });
  process.on('SIGINT', () => child.kill('SIGINT'));
  child.once('exit', (status) => process.exit(status ?? 1));
}
