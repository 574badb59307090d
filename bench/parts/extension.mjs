// The extension in a real VS Code, the one of the tests (test/vscode): how soon it is there, how soon it shows what happened, and what a
// contract does to it that prints too much.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const tools = join(root, '.vscode-test');

async function* measure({ runs, say }) {
  mkdirSync(tools, { recursive: true });
  const folder = mkdtempSync(join(tools, 'build-'));
  try {
    const vsix = join(folder, 'hotpocket-studio.vsix');
    const packed = spawnSync(process.execPath, ['scripts/package.mjs', '--out', vsix], { cwd: root, encoding: 'utf8' });
    if (packed.status !== 0) throw new Error(packed.stderr);
    yield {
      title: 'size',
      rows: [
        { id: 'size.extension', name: 'dist/extension.js', unit: 'KiB', digits: 0, most: 300, values: [statSync(join(root, 'dist/extension.js')).size / 1024] },
        { id: 'size.vsix', name: '.vsix', unit: 'MiB', digits: 1, most: 8, values: [statSync(vsix).size / 2 ** 20] },
      ],
    };
    const { figures } = await bundled(folder);
    yield* figures(vsix, runs, say);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rest is TypeScript, as the tests whose windows it uses. */
async function bundled(folder) {
  const outfile = join(folder, 'figures.js');
  process.env.HOTPOCKET_TEST_BUILD = folder;
  await build({ entryPoints: [join(root, 'bench/parts/vscode/figures.ts')], outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs', packages: 'external', define: { 'import.meta.dirname': '__dirname' }, logLevel: 'warning' });
  return (await import(pathToFileURL(outfile).href)).default;
}

export const extension = {
  title: 'The extension',
  about: 'The packed extension in a real VS Code, the one of the tests; on the same machine, so VS Code and the cluster share its cores.',
  measure,
};
