import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { SourceMap } from './sourceMaps';

const MAP_COMMENT = /^\/\/[#@] sourceMappingURL=(\S+)\s*$/gm;
const INLINE_MAP = /^data:application\/json[^,]*?(;base64)?,(.*)$/s;

/** The map that a file names in its last lines, or that lies beside it. */
export async function readMap(file: string): Promise<SourceMap> {
  const { SourceMap } = await import('./sourceMaps');
  return new SourceMap(await mapText(file));
}

/** Whether there is a map at all. */
export function hasMap(file: string): Promise<boolean> {
  return mapText(file).then(() => true, () => false);
}

/** Rejects if there is none. */
async function mapText(file: string): Promise<string> {
  const url = [...(await readFile(file, 'utf8')).matchAll(MAP_COMMENT)].at(-1)?.[1];
  const [, base64, inline] = INLINE_MAP.exec(url ?? '') ?? [];
  if (inline !== undefined) return base64 ? Buffer.from(inline, 'base64').toString() : decodeURIComponent(inline);
  const beside = url === undefined ? `${file}.map` : firstThere(spellings(url).map((name) => resolve(dirname(file), name)));
  return readFile(beside ?? `${file}.map`, 'utf8');
}

/** Some tools write paths into maps as they are, some as URLs have them. */
export function spellings(path: string): string[] {
  try {
    return [path, decodeURIComponent(path)];
  } catch {
    return [path];
  }
}

export const firstThere = (paths: readonly string[]): string | undefined => paths.find((path) => existsSync(path));
