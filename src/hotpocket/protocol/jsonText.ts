/**
 * What JSON.parse cannot give: the literal that a member was written as. Numbers of more than 53 bits keep their value
 * that way, and 1 can be told from 1.0. All functions take text that JSON.parse has accepted.
 */

/** The largest value of a signed 64-bit integer, as far as nonces and ledger numbers go. */
export const MAX_INT64 = 2n ** 63n - 1n;

/** The exact value of a member of the outermost object; undefined unless it is a whole number from 0 to 2^63 - 1. */
export function integerMember(json: string, name: string): bigint | undefined {
  const literal = memberLiteral(json, name);
  if (literal === undefined || !/^\d{1,19}$/.test(literal)) return undefined;
  const value = BigInt(literal);
  return value <= MAX_INT64 ? value : undefined;
}

/** The first token of the member's value; of several members with the name the last one counts, as in JSON.parse. */
function memberLiteral(json: string, name: string): string | undefined {
  let literal: string | undefined;
  let depth = 0;
  let key = '';
  let previous = '';
  for (const token of tokens(json)) {
    if (depth === 1) {
      if (token === ':') key = previous;
      else if (previous === ':' && JSON.parse(key) === name) literal = token;
    }
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    previous = token;
  }
  return literal;
}

function* tokens(json: string): Generator<string> {
  const pattern = /[{}[\]:,"]|[^\s{}[\]:,"]+/g;
  for (let match = pattern.exec(json); match; match = pattern.exec(json)) {
    if (match[0] === '"') {
      const end = closingQuote(json, match.index) + 1;
      yield json.slice(match.index, end);
      pattern.lastIndex = end;
    } else {
      yield match[0];
    }
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
