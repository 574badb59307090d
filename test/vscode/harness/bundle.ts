import { build, type BuildOptions } from 'esbuild';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, toolsFolder } from './paths';

/** Programs and suites made from TypeScript, below the project's folder because they find packages from there. */
export interface Bundles {
  /** The stand-in for VS Code's program. */
  code: string;
  /** The module with `run()` for the extension host; its suites lie beside it. */
  suites: string;
  dispose(): void;
}

// As in run.mjs: CommonJS, because src/base finds native libraries that way and VS Code loads extension code that way.
const options: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  define: { 'import.meta.dirname': '__dirname' },
  sourcemap: 'inline',
  logLevel: 'warning',
};

/** Compiles every `*.test.ts` below `suiteFolder`, with what runs them. */
export async function bundle(suiteFolder: string): Promise<Bundles> {
  // The folder of the run goes when the run ends, however it does.
  const parent = process.env['HOTPOCKET_TEST_BUILD'] ?? toolsFolder;
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'build-'));
  const here = join(projectFolder, 'test', 'vscode');
  const suites = join(folder, 'suites');
  await Promise.all([
    build({ ...options, entryPoints: ['code.ts', 'hostEntry.ts'].map((name) => join(here, 'harness', name)), outdir: folder }),
    build({ ...options, entryPoints: [join(here, 'suite', 'index.ts')], outdir: suites }),
    build({ ...options, entryPoints: testFiles(suiteFolder), outbase: suiteFolder, outdir: suites }),
  ]);
  const code = join(folder, 'code.js');
  await chmod(code, 0o755);
  return { code, suites: join(suites, 'index.js'), dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

function testFiles(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.test.ts')).map((file) => join(folder, file));
}
