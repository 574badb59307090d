import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { formatLogLine } from '../../../src/hotpocket/logLine';

interface Rule {
  readonly include?: string;
  readonly match?: string;
  readonly name?: string;
  readonly captures?: Readonly<Record<string, Rule>>;
  readonly patterns?: readonly Rule[];
}

const grammar = JSON.parse(readFileSync(resolve(__dirname, '../../../syntaxes/hotpocket-log.tmLanguage.json'), 'utf8')) as Rule & { readonly repository: Readonly<Record<string, Rule>> };

function flattened(rules: readonly Rule[]): Rule[] {
  return rules.flatMap((rule) => {
    const included = rule.include === undefined ? rule : grammar.repository[rule.include.slice(1)];
    if (!included) throw new Error(`There is no rule ${rule.include}.`);
    return included.patterns && !included.match ? flattened(included.patterns) : [included];
  });
}

/** What a TextMate engine does with grammars that have nothing but `match`: at each place the rule that matches first. */
function tokens(rules: readonly Rule[], line: string, from: number, to: number, add: (start: number, end: number, scope: string) => void): void {
  for (let at = from; at < to; ) {
    const found = flattened(rules).flatMap((rule) => {
      const pattern = new RegExp(rule.match ?? '', 'dg');
      pattern.lastIndex = at;
      const match = pattern.exec(line.slice(0, to));
      return match ? [{ rule, match }] : [];
    });
    const [first] = found.sort((a, b) => a.match.index - b.match.index);
    if (!first) return;
    const { rule, match } = first;
    if (rule.name) add(match.index, match.index + match[0].length, rule.name);
    for (const [group, capture] of Object.entries(rule.captures ?? {})) {
      const place = match.indices?.[Number(group)];
      if (!place) continue;
      if (capture.name) add(...place, capture.name);
      if (capture.patterns) tokens(capture.patterns, line, ...place, add);
    }
    at = match.index + Math.max(1, match[0].length);
  }
}

/** Texts with their scopes, without the ending that is ours. */
function scopes(line: string): [string, string][] {
  const all: [string, string][] = [];
  tokens(grammar.patterns ?? [], line, 0, line.length, (start, end, scope) => all.push([line.slice(start, end), scope]));
  return all;
}

const line = (level: 'dbg' | 'inf' | 'wrn' | 'err', message: string): string => formatLogLine(new Date(2026, 10, 23, 1, 2, 3, 4), level, message);
const frame = 'at f (/home/a b/node1/contract_fs/seed/state/index.js:714:9)';

it.each([
  [line('inf', 'x'), '20261123 01:02:03.004', 'comment.line.time'],
  [line('dbg', 'x'), 'dbg', 'token.debug-token'],
  [line('inf', 'x'), 'inf', 'token.info-token'],
  [line('wrn', 'x'), 'wrn', 'token.warn-token'],
  [line('err', 'x'), 'err', 'token.error-token'],
  [line('inf', 'x'), 'hpc', 'support.type.subsystem'],
  ['20261123 01:02:03 [inf][fs] x', 'fs', 'support.type.subsystem'],
  [line('inf', '****Ledger created**** (lcl:258-f192e9d1 state:3c90183b patch:35968a27)'), '****Ledger created****', 'keyword.control.ledger'],
  [line('inf', '****Ledger created**** (lcl:258-f192e9d1 state:3c90183b patch:35968a27)'), '258', 'constant.numeric.ledger'],
  [line('inf', '****Ledger created**** (lcl:258-f192e9d1 state:3c90183b patch:35968a27)'), '3c90183b', 'constant.language.hash'],
  [line('inf', 'Not enough peers proposing to perform consensus. votes:2 needed:3'), '2', 'constant.numeric.votes'],
  [line('inf', 'Not enough peers proposing to perform consensus. votes:2 needed:3'), 'needed', 'variable.parameter.votes'],
  [line('inf', 'No consensus on last shard hash. Possible fork condition. won:2 needed:3'), 'Possible fork condition.', 'token.warn-token'],
  [line('inf', 'Hpfs ldgr sync: Target added. Hash:2436a88d /primary/0'), 'Target added', 'entity.name.function.sync'],
  [line('inf', 'Hpfs cont sync: Achieved target:2436a88d /state'), '2436a88d', 'constant.language.hash'],
  [line('inf', 'Hpfs cont sync: Achieved target:2436a88d /state'), '/state', 'string.unquoted.path'],
  [line('inf', `Public key: ed${'0a'.repeat(32)}`), `ed${'0a'.repeat(32)}`, 'constant.language.hash'],
  ['Ledger 5: 2 user(s)', 'Ledger 5: 2 user(s)', 'string.unquoted.contract'],
  ['TypeError: x is not a function', 'TypeError', 'token.error-token'],
  [`    ${frame}`, 'f', 'entity.name.function'],
  [`    ${frame}`, '/home/a b/node1/contract_fs/seed/state/index.js', 'markup.underline.link.path'],
  [`    ${frame}`, '714', 'constant.numeric.line'],
  ['/home/a b/state/index.js:714', '/home/a b/state/index.js', 'markup.underline.link.path'],
  ['2: Contract process execve() failed.', '2: Contract process execve() failed.', 'token.error-token'],
  ['⋯ 5 earlier lines are not shown here.', '⋯ 5 earlier lines are not shown here.', 'comment.line.note'],
])('colours in %j: %j', (text, part, scope) => {
  const has = (found: [string, string][]): boolean => found.some(([token, name]) => token === part && name.split(' ').some((one) => one.replace(/\.hotpocket$/, '') === scope));
  expect(has(scopes(text)), JSON.stringify(scopes(text))).toBe(true);
  // The same in the log of all nodes, with the node in front.
  if (text.startsWith('⋯')) return;
  const together = scopes(`node 12 | ${text}`);
  expect(has(together), JSON.stringify(together)).toBe(true);
  expect(together).toContainEqual(['node 12', 'entity.name.tag.node.hotpocket']);
});

it('colours no line of the node as output of the contract', () => {
  expect(scopes(line('inf', 'TypeError: /a/b.js:1')).map(([, scope]) => scope)).not.toContain('string.unquoted.contract.hotpocket');
});
