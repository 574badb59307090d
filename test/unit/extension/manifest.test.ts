import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { SKIPPED_FILES } from '../../../src/debug/nodejs';
import { termsOf } from '../../../src/extension/model/enablement';
import { commandsOf, nodesOf, parse, root, sourcesOf, text } from './sources';

interface Contribution {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
  readonly icon?: string;
  readonly enablement?: string;
}
interface Setting {
  readonly type: string;
  readonly default: unknown;
  readonly enum?: readonly string[];
  readonly scope: string;
  readonly markdownDescription: string;
}
interface Manifest {
  readonly icon: string;
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly Contribution[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when: string }[]>>;
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly jsonValidation: readonly { readonly fileMatch: string | readonly string[] }[];
    readonly viewsWelcome: readonly { readonly view: string; readonly when: string; readonly contents: string }[];
    readonly walkthroughs: readonly { readonly steps: readonly { readonly completionEvents: readonly string[]; readonly media: { readonly svg: string } }[] }[];
    readonly debuggers: readonly { readonly type: string; readonly configurationAttributes: Readonly<Record<string, { readonly properties: Readonly<Record<string, { readonly markdownDescription: string; readonly default?: unknown }>> }>>; readonly configurationSnippets: readonly { readonly body: Readonly<Record<string, unknown>> }[] }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}
const manifestText = text('package.json');
const manifest = JSON.parse(manifestText) as Manifest;
const { commands, menus, views, viewsWelcome, configuration, jsonValidation } = manifest.contributes;
const steps = manifest.contributes.walkthroughs.flatMap((one) => one.steps);
const strings = JSON.parse(text('package.nls.json')) as Readonly<Record<string, string>>;
const ids = commands.map(({ command }) => command);

const code = sourcesOf('src/extension').flatMap(nodesOf);

/** Names and types of an interface's members. */
function membersOf(file: string, name: string): Map<string, string> {
  const found = nodesOf(parse(`src/extension/${file}`)).filter(ts.isInterfaceDeclaration).find((declaration) => declaration.name.text === name);
  const members = (found?.members ?? []) as readonly ts.TypeElement[];
  return new Map(members.filter(ts.isPropertySignature).map((member) => [(member.name as ts.Identifier | ts.StringLiteral).text, member.type?.getText() ?? '']));
}

const placeholders = (value: string) => [...value.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key ?? '');
const sorted = (values: Iterable<string>) => [...new Set(values)].sort();

describe('the commands of package.json', () => {
  it('are those of the code', () => {
    expect(sorted(commandsOf(code).keys())).toEqual(sorted(ids));
    const listed = nodesOf(parse('src/extension/commands/index.ts')).filter(ts.isArrayLiteralExpression).flatMap(({ elements }) => elements.map((element) => element.getText()));
    expect(sorted(listed)).toEqual(sorted([...commandsOf(code).values()].map(({ variable }) => variable)));
    expect(listed).toHaveLength(ids.length);
  });

  it('have a category, a title, an icon, and a condition that the code can evaluate', () => {
    for (const { command, category, title, icon, enablement } of commands) {
      expect([command, category, title, icon]).toEqual([command, 'HotPocket', expect.stringMatching(/^%.*%$/), expect.stringMatching(/^\$\([a-z-]+\)$/)]);
      expect(() => termsOf(enablement)).not.toThrow();
    }
  });

  it('need the trust that the code asks for', () => {
    const inManifest = commands.filter(({ enablement }) => termsOf(enablement).some(({ key }) => key === 'isWorkspaceTrusted')).map(({ command }) => command);
    const inCode = [...commandsOf(code)].filter(([, { needsTrust }]) => needsTrust).map(([id]) => id);
    expect(sorted(inCode)).toEqual(sorted(inManifest));
  });

  it('are all that menus, welcome texts and code call', () => {
    const called = [
      ...Object.values(menus).flatMap((items) => items.map(({ command }) => command)),
      ...[...text('package.nls.json').matchAll(/command:(hotpocket\.[\w.]+)/g)].map(([, id]) => id ?? ''),
      ...code.filter(ts.isPropertyAssignment).filter(({ name }) => name.getText() === 'command').map(({ initializer }) => initializer)
        .filter(ts.isStringLiteral).map(({ text }) => text).filter((id) => id.startsWith('hotpocket.')),
      ...code.filter(ts.isCallExpression).filter(({ expression }) => /executeCommand$/.test(expression.getText())).map(({ arguments: [first] }) => first)
        .filter((first) => first !== undefined && ts.isStringLiteral(first)).map((first) => (first).text).filter((id) => id.startsWith('hotpocket.')),
    ];
    // VS Code adds one to each view.
    const ofViews = Object.values(views).flatMap((list) => list.map(({ id }) => `${id}.focus`));
    expect(called.filter((id) => !ids.includes(id) && !ofViews.includes(id))).toEqual([]);
    const palette = new Set((menus['commandPalette'] ?? []).filter(({ when }) => when === 'false').map(({ command }) => command));
    // What is not in the palette can be reached otherwise.
    for (const id of palette) expect(called.filter((one) => one === id).length).toBeGreaterThan(1);
  });
});

describe('the settings of package.json', () => {
  const types: Readonly<Record<string, string>> = { string: 'string', integer: 'number', boolean: 'boolean' };
  const inManifest = Object.entries(configuration.properties).map(([name, setting]) => [name.replace(/^hotpocket\./, ''), setting] as const);

  it('are those of the code, with their types', () => {
    const expected = inManifest.map(([name, { type, enum: values }]) => [name, values ? values.map((value) => `'${value}'`).join(' | ') : types[type] ?? type]);
    expect(Object.fromEntries(membersOf('settings.ts', 'Settings'))).toEqual(Object.fromEntries(expected));
  });

  it('have a default, a scope and a description', () => {
    for (const [name, setting] of inManifest) {
      expect([name, setting]).toEqual([name, expect.objectContaining({ default: expect.anything() as unknown, scope: expect.stringMatching(/^(window|resource|machine-overridable)$/) as unknown, markdownDescription: `%setting.${name}%` })]);
    }
  });

  it('that run programs or choose folders are restricted in untrusted workspaces, and exist', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    expect(restrictedConfigurations.filter((name) => !(name in configuration.properties))).toEqual([]);
    expect(restrictedConfigurations).toEqual(expect.arrayContaining(['hotpocket.nodePath', 'hotpocket.home', 'hotpocket.buildBeforeDeploy']));
  });
});

describe('what package.json refers to', () => {
  it('are context keys that the code sets', () => {
    const conditions = [
      ...commands.map(({ enablement }) => enablement ?? ''),
      ...Object.values(menus).flatMap((items) => items.map(({ when }) => when)),
      ...viewsWelcome.map(({ when }) => when),
      ...steps.flatMap(({ completionEvents }) => completionEvents),
    ].map((condition) => condition.replace(/view == [\w.]+/g, ''));
    const used = sorted(conditions.flatMap((condition) => condition.match(/hotpocket\.\w+/g) ?? []));
    expect(used).toEqual(sorted(['ContextKeys', 'JourneyKeys'].flatMap((name) => [...membersOf('model/context.ts', name).keys()])));
  });

  it('are views that the code fills', () => {
    const contributed = Object.values(views).flatMap((list) => list.map(({ id }) => id));
    const created = code.filter(ts.isCallExpression).filter(({ expression }) => /createTreeView$|registerWebviewViewProvider$/.test(expression.getText()))
      .map(({ arguments: [id] }) => (id as ts.StringLiteral).text);
    expect(sorted(created)).toEqual(sorted(contributed));
    expect(viewsWelcome.every(({ view }) => contributed.includes(view))).toBe(true);
    const inMenus = Object.values(menus).flatMap((items) => items.flatMap(({ when }) => [...when.matchAll(/view == ([\w.]+)/g)].map(([, id]) => id ?? '')));
    expect(inMenus.filter((id) => !contributed.includes(id))).toEqual([]);
  });

  it('are schemas, but not for previews, in which keys are left out', () => {
    const shown = [...text('src/extension/config/configTexts.ts').matchAll(/'(\/\w+\/hp\.cfg)'/g)].map(([, path]) => path);
    expect(shown).toHaveLength(2);
    expect(jsonValidation.find(({ fileMatch }) => fileMatch.includes('hp.cfg'))?.fileMatch).toEqual(['hp.cfg', ...shown.map((path) => `!${path}`)]);
  });

  it('are pictures that exist', () => {
    const pictures = [manifest.icon, ...(manifestText.match(/[\w./-]+\.(svg|png)(?=")/g) ?? [])];
    expect(pictures.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('are pictures of the walkthrough that have no colours but those of the theme', () => {
    for (const { media } of steps) {
      const rules = [...text(media.svg).matchAll(/ (?:fill|stroke)="([^"]+)"/g)].map(([, value]) => value ?? '');
      expect(rules.length).toBeGreaterThan(5);
      for (const value of rules) expect(value).toMatch(/^(var\(--vscode-|none$)/);
    }
  });

  it('are strings of package.nls.json, each of which is used', () => {
    expect(sorted(placeholders(manifestText))).toEqual(sorted(Object.keys(strings)));
    expect(Object.entries(strings).filter(([, value]) => value.trim() === '')).toEqual([]);
  });
});

describe('the texts of the code', () => {
  it('are all in l10n/bundle.l10n.json (node scripts/l10n.mjs)', () => {
    expect(spawnSync(process.execPath, ['scripts/l10n.mjs', '--check'], { cwd: root, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('have no placeholder without a value', () => {
    const calls = code.filter(ts.isCallExpression).filter(({ expression }) => /(^|\.)l10n\.t$/.test(expression.getText()));
    const wrong = calls.filter(({ arguments: [message, ...values] }) => {
      const wanted = new Set((message as ts.StringLiteral).text.match(/\{\d+\}/g) ?? []);
      return wanted.size !== values.length || !values.every((_, i) => wanted.has(`{${i}}`));
    });
    expect(wrong.map((call) => call.getText())).toEqual([]);
    expect(calls.length).toBeGreaterThan(50);
  });
});

describe('debug configurations', () => {
  const [debuggerOf] = manifest.contributes.debuggers;
  const attributes = debuggerOf?.configurationAttributes ?? {};

  it('have the attributes of the code, each with a description', () => {
    expect(debuggerOf?.type).toBe('hotpocket');
    expect(Object.keys(attributes)).toEqual(['launch', 'attach']);
    for (const { properties } of Object.values(attributes)) {
      expect(Object.keys(properties).sort()).toEqual([...membersOf('debug/configuration.ts', 'HotPocketAttributes').keys()].sort());
      for (const { markdownDescription } of Object.values(properties)) expect(markdownDescription).toMatch(/^%debug\.\w+%$/);
    }
  });

  it('have the defaults of the code', () => {
    expect(attributes.attach?.properties.skipFiles?.default).toEqual(SKIPPED_FILES);
    expect(attributes.attach?.properties.pauseCluster?.default).toBe(true);
  });

  it('are offered as snippets that have only such attributes', () => {
    for (const { body } of debuggerOf?.configurationSnippets ?? []) {
      const { type, request, name, ...more } = body;
      expect([type, typeof name]).toEqual(['hotpocket', 'string']);
      expect(Object.keys(attributes)).toContain(request);
      for (const attribute of Object.keys(more)) expect(Object.keys(attributes[String(request)]?.properties ?? {})).toContain(attribute);
    }
  });
});
