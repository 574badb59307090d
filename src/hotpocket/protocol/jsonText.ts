/**
 * What JSON.parse cannot give: what members and elements were written as. Numbers of more than 53 bits keep their value
 * that way, 1 can be told from 1.0, and a hash over the text can be checked. All functions take text that JSON.parse has accepted.
 */

/** The largest value of a signed 64-bit integer, as far as nonces and ledger numbers go. */
const MAX_INT64 = 2n ** 63n - 1n;

/** The exact value of a member of the outermost object; undefined unless it is a whole number from 0 to 2^63 - 1. */
export function integerMember(json: string, name: string): bigint | undefined {
  const literal = memberText(json, name);
  if (literal === undefined || !/^\d{1,19}$/.test(literal)) return undefined;
  const value = BigInt(literal);
  return value <= MAX_INT64 ? value : undefined;
}

/** What a member of the outermost object was written as; of several with the name the last one counts, as in JSON.parse. */
export function memberText(json: string, name: string): string | undefined {
  let found: string | undefined;
  for (const { key, text } of children(json)) if (JSON.parse(key) === name) found = text;
  return found;
}

/** What the elements of the outermost array were written as. */
export function elementTexts(json: string): string[] {
  return [...children(json)].map(({ text }) => text);
}

interface Child { readonly key: string; readonly text: string }

function* children(json: string): Generator<Child> {
  let depth = 0;
  let key = '';
  let start = -1;
  let end = 0;
  for (const { text, index } of tokens(json)) {
    const closes = text === '}' || text === ']';
    if (closes) depth--;
    if (depth === 1 && text === ':') {
      key = json.slice(start, end);
      start = -1;
    } else if ((depth === 1 && text === ',') || depth === 0) {
      if (start >= 0) yield { key, text: json.slice(start, end) };
      start = -1;
    } else {
      if (start < 0) start = index;
      end = index + text.length;
    }
    if (text === '{' || text === '[') depth++;
  }
}

interface Token { readonly text: string; readonly index: number }

function* tokens(json: string): Generator<Token> {
  const pattern = /[{}[\]:,"]|[^\s{}[\]:,"]+/g;
  for (let match = pattern.exec(json); match; match = pattern.exec(json)) {
    if (match[0] === '"') pattern.lastIndex = closingQuote(json, match.index) + 1;
    yield { text: json.slice(match.index, pattern.lastIndex), index: match.index };
  }
}

function closingQuote(json: string, open: number): number {
  for (let quote = json.indexOf('"', open + 1); quote !== -1; quote = json.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote;
  }
  return json.length;
}
