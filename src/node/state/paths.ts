import { isUtf8 } from 'node:buffer';

/**
 * Names are bytes to the system and text to a manifest. A byte that is no part of UTF-8 becomes the lone surrogate
 * U+DC00 + byte, which no UTF-8 text contains, so every name has exactly one text, and back.
 */
const ESCAPE = 0xdc00;

export function nameText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const start = i;
    const length = [1, 2, 3, 4].find((n) => start + n <= bytes.length && isUtf8(bytes.subarray(start, start + n)));
    text += length === undefined ? String.fromCharCode(ESCAPE + (bytes[i] ?? 0)) : bytes.toString('utf8', i, i + length);
    i += length ?? 1;
  }
  return text;
}

/** The bytes of a name or path in the form `nameText` gives. */
export function nameBytes(text: string): Buffer {
  if (!/\p{Surrogate}/u.test(text)) return Buffer.from(text);
  return Buffer.concat(Array.from(text, (char) => {
    const code = char.charCodeAt(0);
    return char.length === 1 && code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff ? Buffer.of(code - ESCAPE) : Buffer.from(char);
  }));
}

const SLASH = Buffer.from('/');

/** The absolute path of `path`, which is relative to `folder`; '' is the folder itself. */
export function within(folder: Buffer, path: string | Buffer): Buffer {
  return path.length === 0 ? folder : Buffer.concat([folder, SLASH, typeof path === 'string' ? nameBytes(path) : path]);
}

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const lastSegment = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const childOf = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);

const LONGEST_NAME = 255;
const LONGEST_PATH = 4_095;

/** False for what could lead out of the state folder, no system would store, or has a second spelling. */
export function isSafePath(path: string): boolean {
  const bytes = nameBytes(path);
  if (path.includes('\0') || bytes.length > LONGEST_PATH || nameText(bytes) !== path) return false;
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && nameBytes(name).length <= LONGEST_NAME);
}
