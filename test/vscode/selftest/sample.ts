import { createVSIX } from '@vscode/vsce';
import { join } from 'node:path';

export const sampleFolder = join(import.meta.dirname, 'extension');

/** Packs the sample extension into `folder` and gives the package's path. */
export async function packSample(folder: string): Promise<string> {
  const packagePath = join(folder, 'harness sample.vsix');
  await createVSIX({ cwd: sampleFolder, packagePath, dependencies: false, allowMissingRepository: true, skipLicense: true });
  return packagePath;
}
