import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_VARIABLE, GREP_VARIABLE, OUR_FOLDERS_VARIABLE, REPORT_VARIABLE } from '../suite/variables';
import type { HostVsCode } from './hostVsCode';
import { projectFolder } from './paths';
import { run } from './processes';
import { Scratch } from './scratch';
import { writeUserSettings, type Settings } from './settings';
import { failure, type Choice, type Tally } from './tally';

export interface HostRun {
  vscode: HostVsCode;
  /** An extension's folder, or a packed one, which is installed to get its folder. */
  extension: string;
  /** The compiled module whose `run()` runs the suites (bundle.ts). */
  suites: string;
  /** The folder to open; an empty one, with a space and an umlaut in its name, if not given. */
  workspace?: string | undefined;
  settings?: Settings;
  env?: Record<string, string>;
  /** Changed in the manifest of a packed extension. */
  manifest?: Record<string, unknown>;
  choice?: Choice | undefined;
}

/** Runs Mocha suites inside the extension host of a VS Code without any other extension, and leaves nothing behind. */
export async function runHost(options: HostRun): Promise<Tally> {
  const { vscode, suites, settings, env, manifest, choice } = options;
  const scratch = new Scratch();
  const report = scratch.path('report.json');
  const profile = [`--user-data-dir=${scratch.path('data')}`, `--extensions-dir=${scratch.path('extensions')}`];
  try {
    const extension = options.extension.endsWith('.vsix') ? await unpacked(options.extension, vscode, scratch) : options.extension;
    if (manifest) changeManifest(join(extension, 'package.json'), manifest);
    const workspace = options.workspace ?? scratch.path('Mein Vertrag für HotPocket');
    mkdirSync(workspace, { recursive: true });
    writeUserSettings(scratch.path('data'), settings);
    await runTests({
      vscodeExecutablePath: vscode.executable,
      extensionDevelopmentPath: extension,
      extensionTestsPath: suites,
      launchArgs: [workspace, ...profile],
      extensionTestsEnv: {
        ...scratch.env,
        [REPORT_VARIABLE]: report,
        [GREP_VARIABLE]: choice?.grep ?? '',
        [FILE_VARIABLE]: choice?.file ?? '',
        [OUR_FOLDERS_VARIABLE]: `${extension}\n${projectFolder}`,
        ...env,
      },
    });
    return readReport(report) ?? failure('VS Code ended before the tests reported');
  } catch (error) {
    if (!(error instanceof TestRunFailedError)) throw error;
    const tally = readReport(report);
    return tally && tally.failures.length > 0 ? tally : failure(error.message);
  } finally {
    await scratch.dispose();
  }
}

/** The folder of an extension that was installed from a package into a place of its own. */
async function unpacked(vsix: string, { cli }: HostVsCode, scratch: Scratch): Promise<string> {
  const folder = scratch.path('installed');
  await run(cli, ['--install-extension', vsix, '--extensions-dir', folder, '--user-data-dir', scratch.path('data')], { env: { ...process.env, ...scratch.env } });
  const installed = readdirSync(folder).map((name) => join(folder, name)).find((path) => existsSync(join(path, 'package.json')));
  if (installed === undefined) throw new Error(`${vsix} was installed but its folder is not found.`);
  return installed;
}

function changeManifest(file: string, changes: Record<string, unknown>): void {
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...changes }));
}

function readReport(file: string): Tally | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Tally) : undefined;
}
