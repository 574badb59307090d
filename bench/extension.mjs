// The extension in a real VS Code, the one of the tests (test/vscode): how soon it is there, how soon it shows what happened, and what a
// contract does to it that prints too much.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { row, table } from './table.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, '.vscode-test');

export async function extension(runs) {
  mkdirSync(tools, { recursive: true });
  const folder = mkdtempSync(join(tools, 'build-'));
  try {
    const vsix = join(folder, 'hotpocket-studio.vsix');
    const packed = spawnSync(process.execPath, ['scripts/package.mjs', '--out', vsix], { cwd: root, encoding: 'utf8' });
    if (packed.status !== 0) throw new Error(packed.stderr);
    table('size', [
      row('dist/extension.js, KiB', 300, [statSync(join(root, 'dist/extension.js')).size / 1024], 0),
      row('.vsix, MiB', 8, [statSync(vsix).size / 2 ** 20], 1),
    ]);
    const { figures } = await bundled(folder);
    for (const { title, rows } of await figures(vsix, runs)) table(title, rows.map(({ name, target, values, digits }) => row(name, target, values, digits)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rest is TypeScript, as the tests whose windows it uses. */
async function bundled(folder) {
  const outfile = join(folder, 'figures.js');
  process.env.HOTPOCKET_TEST_BUILD = folder;
  await build({ entryPoints: [join(root, 'bench/vscode/figures.ts')], outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs', packages: 'external', define: { 'import.meta.dirname': '__dirname' }, logLevel: 'warning' });
  return (await import(pathToFileURL(outfile).href)).default;
}
