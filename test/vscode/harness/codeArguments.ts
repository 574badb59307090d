import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** The part of VS Code's command line that test runners and extension authors use. Paths are absolute. */
export interface CodeArguments {
  version: boolean;
  /** Set when this is no window but a command on the installed extensions: what to pass on for it. */
  extensionCommand: string[] | undefined;
  userData: string | undefined;
  extensions: string | undefined;
  development: string[];
  tests: string | undefined;
  workspace: string | undefined;
  /** Options of the server that are passed on. */
  extra: string[];
}

const one = { type: 'string' } as const;
const many = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;

/** Options that are not named here and have no value of their own (`--no-sandbox`) are those of a desktop program: accepted, unused. */
export function parseCodeArguments(argv: string[]): CodeArguments {
  const { values, positionals } = parseArgs({
    args: argv,
    strict: false,
    allowPositionals: true,
    options: {
      version: flag,
      'list-extensions': flag,
      'install-extension': many,
      'uninstall-extension': many,
      force: flag,
      'user-data-dir': one,
      'extensions-dir': one,
      extensionDevelopmentPath: many,
      extensionTestsPath: one,
      'folder-uri': one,
      'file-uri': one,
      'enable-proposed-api': many,
      'disable-extension': many,
      locale: one,
      log: one,
      profile: one,
    },
  });
  const all = (name: string): string[] => [values[name] ?? []].flat().filter((value) => typeof value === 'string');
  const path = (name: string): string | undefined => all(name).map((value) => resolve(value)).at(-1);
  const repeat = (name: string): string[] => all(name).flatMap((value) => [`--${name}`, value]);

  const commands = [...repeat('install-extension'), ...repeat('uninstall-extension'), ...(values['list-extensions'] ? ['--list-extensions'] : [])];
  const folder = all('folder-uri')[0];
  return {
    version: values['version'] === true,
    extensionCommand: commands.length > 0 ? [...commands, ...(values['force'] ? ['--force'] : [])] : undefined,
    userData: path('user-data-dir'),
    extensions: path('extensions-dir'),
    development: all('extensionDevelopmentPath').map((value) => resolve(value)),
    tests: path('extensionTestsPath'),
    workspace: folder === undefined ? positionals.map((value) => resolve(value))[0] : fileURLToPath(folder),
    extra: repeat('enable-proposed-api'),
  };
}
