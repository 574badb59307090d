import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { bytesText, countdownText, durationText, limitText, measuredText, sizeText } from '../../../src/base/quantities';
import { nodesOf, sourcesOf, text } from './sources';

// What holds for the whole surface: the keyboard is enough, colours are the theme's, figures are readable, lists can be searched, waiting is shown.
// What needs a window, such as pictures in light, dark and high contrast: test/vscode/ui.
interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}
interface Contributed {
  readonly commands: readonly { readonly command: string }[];
  readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
}
const { contributes } = JSON.parse(text('package.json')) as { readonly contributes: Contributed };
const { menus } = contributes;
const ids = contributes.commands.map(({ command }) => command);

const all = sourcesOf('src').flatMap(nodesOf);
const surface = all.filter((node) => node.getSourceFile().fileName.startsWith('src/extension/'));
const where = (node: ts.Node): string => `${node.getSourceFile().fileName}: ${node.getText().slice(0, 100)}`;
const callsOf = (nodes: readonly ts.Node[]): ts.CallExpression[] => nodes.filter(ts.isCallExpression);

/** The names of the calls around a node. */
function around(node: ts.Node): string[] {
  const { parent } = node as { parent?: ts.Node };
  if (!parent) return [];
  return [...(ts.isCallExpression(parent) ? [parent.expression.getText()] : []), ...around(parent)];
}

describe('by keyboard', () => {
  const inPalette = (id: string): boolean => !(menus['commandPalette'] ?? []).some(({ command, when }) => command === id && when === 'false');
  /** Shift+F10 at a row shows its menu, but no inline buttons. */
  const inMenuOfRow = (id: string): boolean => (menus['view/item/context'] ?? []).some(({ command, group = '' }) => command === id && !group.startsWith('inline'));

  it('every command can be reached: in the palette, or in the menu of a row', () => {
    expect(ids.filter((id) => !inPalette(id) && !inMenuOfRow(id))).toEqual([]);
  });

  it('every button of a row is in its menu too', () => {
    const ofRows = menus['view/item/context'] ?? [];
    const [buttons, entries] = [ofRows.filter(({ group = '' }) => group.startsWith('inline')), ofRows.filter(({ group = '' }) => !group.startsWith('inline'))];
    expect(buttons.length).toBeGreaterThan(5);
    const view = ({ when = '' }: MenuItem): string | undefined => /view == ([\w.]+)/.exec(when)?.[1];
    expect(buttons.filter((button) => !entries.some((entry) => entry.command === button.command && view(entry) === view(button)))).toEqual([]);
  });

  it('every button of a view and of an editor is in the palette', () => {
    const buttons = [...(menus['view/title'] ?? []), ...(menus['editor/title'] ?? [])].map(({ command }) => command);
    expect(buttons.length).toBeGreaterThan(5);
    expect(buttons.filter((id) => !inPalette(id))).toEqual([]);
  });

  it('nothing is to be hovered over but what a screen reader says of a row, too', () => {
    // Rows with a tooltip and something else than a label say it (accessibilityInformation); see `spoken` in views/rows.ts.
    const rows = surface.filter(ts.isObjectLiteralExpression).filter(({ properties }) => {
      const names = properties.map((property) => property.name?.getText());
      return names.includes('contextValue') && (names.includes('tooltip') || names.includes('description'));
    });
    expect(rows.length).toBeGreaterThan(4);
    expect(rows.filter(({ properties }) => !properties.some((property) => property.name?.getText() === 'spoken')).map(where)).toEqual([]);
  });
});

describe('colours', () => {
  /** In VS Code's own reference of theme colours, and with a value in high contrast. */
  const KNOWN = ['debugIcon.startForeground', 'disabledForeground', 'list.errorForeground', 'list.warningForeground', 'statusBarItem.errorBackground', 'statusBarItem.warningBackground', 'testing.iconPassed'];

  it('are those of the theme, by names that VS Code knows', () => {
    const ofRows = surface.filter(ts.isPropertyAssignment).filter(({ name }) => name.getText() === 'color').map(({ initializer }) => initializer).filter(ts.isStringLiteral).map(({ text: id }) => id);
    const made = surface.filter(ts.isNewExpression).filter(({ expression }) => /ThemeColor$/.test(expression.getText())).map(({ arguments: [id] = [] }) => id?.getText() ?? '');
    const asked = [...ofRows, ...made.filter((id) => id.startsWith("'")).map((id) => id.slice(1, -1))];
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((id) => !KNOWN.includes(id))).toEqual([]);
    // Whose name is put together: that of a row, and the alarm of the status bar.
    expect(made.filter((id) => !id.startsWith("'"))).toEqual(['`statusBarItem.${shown.alarm}Background`', 'row.icon.color']);
  });

  it('are nowhere written as such', () => {
    const literals = surface.filter((node): node is ts.StringLiteralLike => ts.isStringLiteralLike(node)).map(({ text: value }) => value);
    expect(literals.length).toBeGreaterThan(500);
    const colour = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$|\brgba?\(|\bhsla?\(/i;
    expect(literals.filter((value) => colour.test(value))).toEqual([]);
    expect(text('media/hotpocket.svg')).not.toMatch(/="(#|rgb|black|white)/);
  });

  it('in terminals are the sixteen that a theme sets', () => {
    const codes = [...text('src/extension/client/ansi.ts').matchAll(/style\((\d+), \d+\)/g)].map(([, code]) => Number(code));
    expect(codes.length).toBeGreaterThan(4);
    // Bold, faint, and the first eight.
    expect(codes.filter((code) => ![1, 2].includes(code) && !(code >= 30 && code <= 37))).toEqual([]);
    // And no file has styles of its own.
    const others = surface.filter(ts.isStringLiteralLike).filter((node) => !/client\/(ansi|keyReader)\.ts$/.test(node.getSourceFile().fileName));
    expect(others.filter(({ text: value }) => value.includes('\u001b')).map(where)).toEqual([]);
  });
});

describe('durations and sizes', () => {
  const UNIT = /^ ?(ms|s|sec|seconds|min|minutes|h|bytes?|B|[KMG]i?B)\b/;

  it('are made into text in one place', () => {
    const spans = all.filter(ts.isTemplateSpan).filter(({ literal }) => UNIT.test(literal.text));
    // hpcore's own line, which people search for.
    expect(spans.map(({ parent }) => where(parent)).filter((one) => !one.startsWith('src/base/quantities.ts'))).toEqual([expect.stringContaining('Contract process timeout of ${execTimeoutMs}ms exceeded.')]);
    expect(spans.length).toBeGreaterThan(4);
  });

  it('are no part of texts that are translated', () => {
    const messages = callsOf(all).filter(({ expression }) => /(^|\.)l10n\.t$/.test(expression.getText())).map(({ arguments: [message] }) => (message as ts.StringLiteral).text);
    expect(messages.length).toBeGreaterThan(200);
    expect(messages.filter((message) => message.split(/\{\d+\}/).slice(1).some((after) => UNIT.test(after)))).toEqual([]);
  });

  it('have a unit in which one would say them', () => {
    expect([0, 250.4, 999.6, 1000, 2480, 60_000, 90_000, 300_000, 3_600_000, 5_400_000].map(durationText)).toEqual(['0 ms', '250 ms', '1 s', '1 s', '2.5 s', '1 min', '1 min 30 s', '5 min', '1 h', '1 h 30 min']);
    expect([0.04, 5, 99.96, 617.7].map(measuredText)).toEqual(['0.0 ms', '5.0 ms', '100 ms', '618 ms']);
    expect([0, 1, 1023, 1024, 1536, 2 ** 20, 512.34 * 2 ** 20, 20 * 2 ** 30].map(sizeText)).toEqual(['0 bytes', '1 byte', '1023 bytes', '1 KiB', '1.5 KiB', '1 MiB', '512.3 MiB', '20 GiB']);
    expect([64 * 2 ** 20, 1_000_000].map(limitText)).toEqual(['64 MiB', '1000000 bytes']);
    expect([bytesText(1), bytesText(2), countdownText(247), countdownText(9)]).toEqual(['1 byte', '2 bytes', '4:07', '0:09']);
  });
});

describe('lists', () => {
  it('to choose from are searched by all that they show', () => {
    const shown = callsOf(surface).filter(({ expression }) => /\.showQuickPick$/.test(expression.getText()));
    expect(shown.map((call) => call.getSourceFile().fileName)).toEqual(['src/extension/ui/pick.ts']);
    expect(shown[0]?.getText()).toContain('matchOnDescription: true, matchOnDetail: true');
    const made = callsOf(surface).filter(({ expression }) => /\.createQuickPick$/.test(expression.getText())).map((call) => call.getSourceFile());
    expect(made.length).toBeGreaterThan(0);
    for (const file of made) for (const name of ['matchOnDescription', 'matchOnDetail']) expect(file.text).toContain(`.${name} = true;`);
  });

  it('have a question above them', () => {
    const lists = callsOf(surface).filter(({ expression }) => expression.getText() === 'pick');
    expect(lists.length).toBeGreaterThan(5);
    const asks = ({ arguments: [, options] }: ts.CallExpression): boolean => options !== undefined && /\bplaceHolder\b/.test(options.getText());
    expect(lists.filter((call) => !asks(call)).map(where)).toEqual([]);
  });
});

describe('work that may take long', () => {
  /** What changes a cluster, and what reads more of it than is known. */
  const STEERING = /(^|\.)engine\.(deploy|start|stop|spawn|setRounds|setFaults|clean)$/;
  const LOOKING = /(^|\.)(engine\.(ledgers|roundProfiles|stateFiles)|listFiles|ledgers\.(open|loadOlder)|profiles\.show|model\.refresh)$/;

  it('on a cluster is shown, with a button that ends it', () => {
    const calls = callsOf(surface).filter(({ expression }) => STEERING.test(expression.getText()));
    expect(calls.length).toBeGreaterThan(9);
    expect(calls.filter((call) => !around(call).includes('withProgress')).map(where)).toEqual([]);
    // The button ends nothing unless the engine is given the task.
    expect(calls.filter((call) => call.arguments.at(-1)?.getText() !== 'task').map(where)).toEqual([]);
  });

  it('of looking something up for a command is shown', () => {
    const nodes = surface.filter((node) => /extension\/(commands|ui)\//.test(node.getSourceFile().fileName));
    const calls = callsOf(nodes).filter(({ expression }) => LOOKING.test(expression.getText()));
    expect(calls.length).toBeGreaterThan(5);
    expect(calls.filter((call) => !around(call).some((name) => /^(vscode\.window\.)?(withProgress|whileLooking)$/.test(name))).map(where)).toEqual([]);
  });
});
