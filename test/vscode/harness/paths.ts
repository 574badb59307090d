import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the project. These modules run from their source under Vitest and bundled elsewhere, so it is searched upwards. */
export const projectFolder = nearestPackage(import.meta.dirname);

/** What the tests in VS Code download or build; git ignores it. */
export const toolsFolder = join(projectFolder, '.vscode-test');

/** Screenshots of the UI tests, in a folder for each suite; git ignores it. */
export const artifactsFolder = join(projectFolder, 'test', 'artifacts');

function nearestPackage(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : nearestPackage(dirname(folder));
}
