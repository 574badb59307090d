import { cyan, green, visible, yellow } from './ansi';

/** Columns that are still read at a glance. */
const INLINE = 72;
const MAX_LINES = 40;
const MAX_LENGTH = 4000;
const INDENT = '  ';
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * An object or array in colours, on one line if that is short, else indented; undefined if it is neither, or too long to be
 * read this way. Numbers and strings stay as they were written.
 */
export function prettyJson(text: string): string | undefined {
  if (text.length > MAX_LENGTH || !isContainer(text)) return undefined;
  const tokens = text.match(TOKEN) ?? [];
  const inline = lay(tokens, (bracket) => (bracket === '[' || bracket === ']' ? '' : ' '));
  if (inline.plain.length <= INLINE) return inline.painted;
  const indented = lay(tokens, (_, depth) => `\n${INDENT.repeat(depth)}`);
  return indented.plain.split('\n').length <= MAX_LINES ? indented.painted : undefined;
}

/** A mere string or number needs no help. */
function isContainer(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

interface Laid { readonly plain: string; readonly painted: string }

/** `space` is what stands after an opening bracket or a comma and before a closing bracket. */
function lay(tokens: readonly string[], space: (token: string, depth: number) => string): Laid {
  let plain = '';
  let painted = '';
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    const opens = token === '{' || token === '[';
    const closes = token === '}' || token === ']';
    const empty = closes && /^[{[]$/.test(tokens[i - 1] ?? '');
    if (closes) depth--;
    const before = closes && !empty ? space(token, depth) : '';
    if (opens) depth++;
    const last = opens && /^[}\]]$/.test(tokens[i + 1] ?? '');
    const after = token === ':' ? ' ' : token === ',' || (opens && !last) ? space(token, depth) : '';
    plain += before + token + after;
    painted += before + paint(token, tokens[i + 1] === ':') + after;
  }
  return { plain, painted };
}

function paint(token: string, isName: boolean): string {
  if (/^[{}[\],:]$/.test(token)) return token;
  const shown = visible(token);
  if (!token.startsWith('"')) return yellow(shown);
  return isName ? cyan(shown) : green(shown);
}
