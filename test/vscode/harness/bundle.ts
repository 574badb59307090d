import { build, type BuildOptions } from 'esbuild';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, toolsFolder } from './paths';

/** Programs and suites made from TypeScript, below the project's folder because they find packages from there. */
export interface Bundles {
  folder: string;
  /** The stand-in for VS Code's program. */
  code: string;
  /** The module with `run()` for the extension host; its suites lie beside it. */
  suites: string;
  dispose(): void;
}

/** Compiles every `*.test.ts` below `suiteFolder`, with what runs them. */
export async function bundle(suiteFolder: string): Promise<Bundles> {
  mkdirSync(toolsFolder, { recursive: true });
  const folder = mkdtempSync(join(toolsFolder, 'build-'));
  const here = join(projectFolder, 'test', 'vscode');
  const shared: BuildOptions = { bundle: true, platform: 'node', packages: 'external', sourcemap: 'inline', logLevel: 'warning' };
  const code = join(folder, 'code.mjs');
  await Promise.all([
    build({ ...shared, entryPoints: [join(here, 'harness', 'code.ts')], outfile: code, target: 'node20', format: 'esm' }),
    build({ ...shared, entryPoints: [join(here, 'harness', 'hostEntry.ts')], outdir: folder, format: 'cjs' }),
    build({ ...shared, entryPoints: [join(here, 'suite', 'index.ts')], outdir: join(folder, 'suites'), format: 'cjs' }),
    build({ ...shared, entryPoints: testFiles(suiteFolder), outbase: suiteFolder, outdir: join(folder, 'suites'), format: 'cjs' }),
  ]);
  await chmod(code, 0o755);
  return { folder, code, suites: join(folder, 'suites', 'index.js'), dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

function testFiles(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.test.ts')).map((file) => join(folder, file));
}
