// Runs the tests in a real VS Code: `node test/vscode/run.mjs [host] [ui] [selftest] [--vsix FILE] [--grep REGEX] [--file FILE]`, host and ui if none
// is named; `provision` only installs what they need. Ends with 0 or 1, and writes a Tally (harness/tally.ts) as JSON to the file
// that HOTPOCKET_TEST_REPORT names.
import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const tools = join(here, '..', '..', '.vscode-test');
mkdirSync(tools, { recursive: true });
const folder = mkdtempSync(join(tools, 'build-'));
const outfile = join(folder, 'main.js');
process.env.HOTPOCKET_TEST_BUILD = folder;
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

await build({
  entryPoints: [join(here, 'harness', 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  define: { 'import.meta.dirname': '__dirname' },
  sourcemap: 'inline',
  logLevel: 'warning',
});
const { main } = await import(pathToFileURL(outfile).href);
process.exitCode = await main(process.argv.slice(2));
