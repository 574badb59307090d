import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'files';

/** Nothing that could lead out of the folder. */
export const isName = (name: unknown): name is string => typeof name === 'string' && /^[\w-][\w.-]{0,99}$/.test(name);

const at = (name: string): string => join(FOLDER, name);
export const has = (name: string): boolean => existsSync(at(name));
export const list = (): string[] => (existsSync(FOLDER) ? readdirSync(FOLDER).sort() : []);
export const read = (name: string): Buffer => readFileSync(at(name));

export function write(name: string, content: Buffer): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(at(name), content);
}

export function remove(name: string): boolean {
  const there = has(name);
  if (there) rmSync(at(name));
  return there;
}
