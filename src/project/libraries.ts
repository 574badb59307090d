import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Names of the libraries that the package.json of a project asks for and that Node.js would not find from there: `npm install` is still to come.
 * None if there is no such file, or it can't be read: npm will say what is wrong with it.
 */
export async function missingLibraries(folder: string): Promise<string[]> {
  let asked: Readonly<Record<string, unknown>>;
  try {
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
    asked = { ...dependencies, ...devDependencies };
  } catch {
    return [];
  }
  return Object.keys(asked).filter((name) => !isInstalled(folder, name));
}

/** In the folder's node_modules, or in one further up. */
function isInstalled(folder: string, name: string): boolean {
  if (existsSync(join(folder, 'node_modules', name))) return true;
  const parent = dirname(folder);
  return parent !== folder && isInstalled(parent, name);
}
