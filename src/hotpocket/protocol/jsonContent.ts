/** JSON text that is put into a message as it stands. */
export class RawJson {
  constructor(readonly text: string) {}
}

/**
 * How what a contract sent appears inside a JSON message (reference 6.5): as it stands when it looks like JSON, else as
 * a string. Unlike the real engine we look closer before we believe it: `{oops}`, `.`, `1.` or `007` would make the whole
 * message invalid, and the user would never see it; here they arrive as strings. Bytes that are not UTF-8 become U+FFFD,
 * which is what a client makes of them in any case.
 */
export function renderContent(bytes: Uint8Array): RawJson | string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return looksLikeJson(text) && isJson(text) ? new RawJson(text) : text;
}

const BRACKETS = new Set(['""', '{}', '[]']);

function looksLikeJson(text: string): boolean {
  if (text === 'true' || text === 'false') return true;
  return BRACKETS.has(text.slice(0, 1) + text.slice(-1)) || /^\d+(?:\.\d+)?$/.test(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON.stringify for plain documents that may hold RawJson and bigint. */
export function stringify(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(stringify).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${stringify(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
