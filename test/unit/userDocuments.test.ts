import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/base/errors';
import { synopsis } from '../../src/cli/command';
import { commands } from '../../src/cli/commands';
import { entryAt } from '../../src/hotpocket/config/table';
import { findTemplate, templates } from '../../src/project/templates';

// What documents for users name, there is, under that name; and what there is, README names.
const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly vscode: string };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: { readonly commandPalette: readonly { readonly command: string; readonly when: string }[] };
    readonly views: Readonly<Record<string, readonly { readonly name: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
    readonly debuggers: readonly { readonly configurationAttributes: { readonly launch: { readonly properties: Readonly<Record<string, unknown>> } } }[];
  };
}
const manifest = JSON.parse(read('package.json')) as Manifest;
const { contributes } = manifest;
const strings = JSON.parse(read('package.nls.json')) as Readonly<Record<string, string>>;
const named = (placeholder: string): string => strings[placeholder.slice(1, -1)] ?? placeholder;
const plain = (title: string): string => title.replace(/…$/, '');
const titles = new Map(contributes.commands.map(({ command, title }) => [command, plain(named(title))]));

const README = read('README.md');
const documents = ['README.md', 'GUIDE.md', 'SUPPORT.md', 'SECURITY.md', 'CONTRIBUTING.md', 'TESTING.md', 'ARCHITECTURE.md'].map((name) => ({ name, text: read(name) }));
/** Those that people read who only use it, and what the walkthrough, the settings and new projects say. */
const forUsers = [...documents.slice(0, 3), { name: 'package.nls.json', text: Object.values(strings).join('\n') }];
/** What is written as code: between backticks, or in blocks. */
const codeOf = (text: string): string[] => [...text.matchAll(/```[^\n]*\n([^]*?)```|`([^`\n]+)`/g)].flatMap(([, block, span]) => (block ?? span ?? '').split('\n')).map((line) => line.replaceAll('\\|', '|').trim());
const everywhere = <T>(texts: readonly { readonly name: string; readonly text: string }[], find: (text: string) => readonly T[]): { name: string; found: T }[] => texts.flatMap(({ name, text }) => find(text).map((found) => ({ name, found })));

describe('documents for users name', () => {
  it('commands of the command line that there are, with options that they have', () => {
    const lines = everywhere(documents, codeOf).filter(({ found }) => /^hotpocket [a-z]/.test(found));
    expect(lines.length).toBeGreaterThan(30);
    const wrong = lines.filter(({ found }) => {
      const [, name, ...words] = found.replace(/ {2,}#.*$/, '').split(/\s+/);
      const command = commands.find((one) => one.name === name);
      const options = words.flatMap((word) => /--([a-z-]+)/.exec(word)?.[1] ?? []);
      return !command || options.some((option) => !['help', 'engine', ...Object.keys(command.options ?? {})].includes(option));
    });
    expect(wrong).toEqual([]);
    const made = lines.map(({ found }) => /^hotpocket gen (\w+) ([\w-]+)/.exec(found)).filter((match) => match !== null);
  
    expect(made.length).toBeGreaterThan(1);
    expect(made.filter(([, platform = '', type = '']) => !findTemplate(platform, type))).toEqual([]);
  });

  it('scripts of npm that there are, here or in a new project', () => {
    const project = JSON.parse(read('samples/starter/package.json')) as Pick<Manifest, 'scripts'>;
    const called = everywhere(documents, (text) => codeOf(text).flatMap((line) => [...line.matchAll(/\bnpm (?:run (?:--silent )?)?([a-z][\w:-]*)/g)].map(([, script = '']) => script))).filter(({ found }) => !['ci', 'install', 'link'].includes(found));
    expect(called.length).toBeGreaterThan(15);
    expect(called.filter(({ found }) => !(found in manifest.scripts) && !(found in project.scripts))).toEqual([]);
  });

  it('settings that there are', () => {
    const settings = Object.keys(contributes.configuration.properties);
    const used = everywhere([...documents, ...forUsers.slice(3)], (text) => [...text.matchAll(/[`#"](hotpocket\.[\w.]+?)(\.\*)?(?=[`#":])/g)].map(([, name = '', all]) => ({ name, all: all !== undefined })));
    expect(used.length).toBeGreaterThan(8);
    expect(used.filter(({ found: { name, all } }) => !settings.some((one) => (all ? one.startsWith(`${name}.`) : one === name)))).toEqual([]);
  });

  it('commands, views and rows of VS Code by what they are called', () => {
    const texts = new Set([
      ...titles.values(),
      ...Object.values(contributes.views).flatMap((views) => views.map(({ name }) => named(name))),
      ...Object.keys(JSON.parse(read('l10n/bundle.l10n.json')) as object).map(plain),
      ...contributes.commands.map(({ title }) => `HotPocket: ${plain(named(title))}`),
      // The category of commands, and the type of configurations.
      'HotPocket',
      // VS Code's own.
      'Extensions: Install from VSIX',
      'About',
    ]);
    const emphasised = (text: string): string[] => [...text.matchAll(/(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)/g)].map(([, words = '']) => plain(words));
    const used = everywhere(documents.slice(0, 3), emphasised);
    expect(used.length).toBeGreaterThan(40);
    expect(used.filter(({ found }) => !texts.has(found))).toEqual([]);
  });

  it('variables that the programs look at', () => {
    const code = ['src', 'scripts', 'test', 'bench'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|mjs)$/.test(name) && !name.includes('userDocuments')).map((name) => read(join(folder, name)))).join('\n');
    const used = everywhere(documents, (text) => [...text.matchAll(/\b(?:HP|HOTPOCKET)_[A-Z_]+\b/g)].map(([name]) => name));
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter(({ found }) => !new RegExp(`\\b${found}\\b`).test(code))).toEqual([]);
  });

  it('fields of hp.cfg that there are', () => {
    const used = everywhere([...documents.slice(0, 3), ...forUsers.slice(3)], (text) => [...text.matchAll(/`((?:node|contract|mesh|user|log)(?:\.\w+)+)`/g)].map(([, path = '']) => path));
    expect(used.length).toBeGreaterThan(1);
    expect(used.filter(({ found }) => entryAt(found.split('.')) === undefined)).toEqual([]);
  });

  it('files and headings that there are', () => {
    const anchors = (path: string): string[] => [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replace(/[^\w\s-]/g, '').replace(/\s/g, '-'));
    const links = everywhere(documents, (text) => [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, path = '', anchor]) => ({ path, anchor })));
    expect(links.length).toBeGreaterThan(30);
    expect(links.filter(({ name, found: { path, anchor } }) => !existsSync(join(root, path)) || (anchor !== undefined && !anchors(path === '' ? name : path).includes(anchor)))).toEqual([]);
  });

  it('codes of errors that there are', () => {
    const used = everywhere(documents.slice(0, 3), (text) => [...text.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, code = '']) => code)).filter(({ found }) => !/^(HP|HOTPOCKET|DOCKER)_/.test(found));
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter(({ found }) => !(found in catalogue))).toEqual([]);
  });
});

describe('README names', () => {
  it('all commands of VS Code', () => {
    const hidden = new Set(contributes.menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command));
    const shown = [...titles].filter(([command]) => !hidden.has(command)).map(([, title]) => title);
    expect(shown.length).toBeGreaterThan(25);
    const [, list = ''] = /\*\*Commands\*\*([^]*?)\n\* \*\*/.exec(README) ?? [];
    const words = list.replace(/\s+/g, ' ');
    expect(shown.filter((title) => !words.includes(title))).toEqual([]);
  });

  it('all commands of the command line, as their help does', () => {
    const written = new Set(codeOf(README));
    expect(commands.map(synopsis).filter((line) => !written.has(line))).toEqual([]);
  });

  it('variables with the defaults of the settings', () => {
    const cells = (name: string): string => new RegExp(`^\\|[^|]*\`${name}\`[^|]*\\| ([^|]*?) \\|`, 'm').exec(README)?.[1] ?? '';
    const byDefault = (name: string): string => String(contributes.configuration.properties[`hotpocket.${name}`]?.default);
    expect(cells('HP_CLUSTER_SIZE')).toBe(byDefault('clusterSize'));
    expect(cells('HP_DEFAULT_NODE')).toBe(byDefault('defaultNode'));
    expect(cells('HP_USER_PORT_BEGIN')).toBe(`${byDefault('userPortBegin')}, ${byDefault('peerPortBegin')}`);
  });

  it('all attributes of a debug configuration', () => {
    const [section = ''] = README.split(/^## /m).filter((text) => text.startsWith('Debugging'));
    const written = [...section.matchAll(/^\| ([^|]*`[^|]*) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
    expect(written.sort()).toEqual(Object.keys(contributes.debuggers[0]?.configurationAttributes.launch.properties ?? {}).sort());
  });

  it('the oldest VS Code that will do', () => {
    expect(README).toContain(`VS Code ${/\d+\.\d+/.exec(manifest.engines.vscode)?.[0]} or newer`);
  });
});

it('GUIDE.md lists all templates', () => {
  const written = [...read('GUIDE.md').matchAll(/^\| `([\w-]+-contract)` \|/gm)].map(([, type]) => type);
  expect(written).toEqual([...new Set(templates.map(({ type }) => type))]);
});
