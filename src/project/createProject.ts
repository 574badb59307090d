import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HotPocketError, errorText } from '../base/errors';
import { packageJson, readme, type Libraries } from './describe';
import { findTemplate, isProjectName, templates } from './templates';

export interface ProjectRequest {
  readonly platform: string;
  readonly type: string;
  readonly name: string;
  /** The folder in which the project's folder is made. */
  readonly parent: string;
  /** The folder with all templates; the one beside the program, if it does not say (build.mjs). */
  readonly source?: string;
}

/**
 * Makes a folder with a contract and, for Node.js, a client; gives its path. It is there whole or not at all. Throws TEMPLATE_UNKNOWN,
 * PROJECT_NAME_INVALID, PROJECT_EXISTS or PROJECT_FAILED.
 */
export async function createProject({ platform, type, name, parent, source = join(__dirname, 'templates') }: ProjectRequest): Promise<string> {
  const template = findTemplate(platform, type);
  if (!template) throw new HotPocketError('TEMPLATE_UNKNOWN', { template: `${platform} ${type}`, known: templates.map((one) => `${one.platform} ${one.type}`) });
  if (!isProjectName(name)) throw new HotPocketError('PROJECT_NAME_INVALID', { name });
  const folder = join(parent, name);
  if (existsSync(folder)) throw new HotPocketError('PROJECT_EXISTS', { name });
  let making: string | undefined;
  try {
    making = await mkdtemp(join(parent, `.${name}-`));
    for (const layer of template.layers) await cp(join(source, layer), making, { recursive: true });
    // npm leaves files of this name out of packages.
    await rename(join(making, 'gitignore'), join(making, '.gitignore'));
    await writeFile(join(making, 'README.md'), readme(name, template));
    const manifest = packageJson(name, template, JSON.parse(await readFile(join(source, 'libraries.json'), 'utf8')) as Libraries);
    if (manifest !== undefined) await writeFile(join(making, 'package.json'), manifest);
    await rename(making, folder);
    return folder;
  } catch (error) {
    if (making !== undefined) await rm(making, { recursive: true, force: true });
    throw new HotPocketError('PROJECT_FAILED', { name, problem: errorText(error) }, { cause: error });
  }
}
