import {
  chmodSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync, appendFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { be32, be64, blake3, type Hex } from '../../../src/hotpocket/hash';

/** A new folder with a blank and other letters in its path. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'hötpocket state '));
}

const BLOCK = 4_194_304;

function xor(...hashes: Buffer[]): Buffer {
  return hashes.reduce((sum, hash) => Buffer.from(sum.map((byte, i) => byte ^ (hash[i] ?? 0))), Buffer.alloc(32));
}

/** The hash of a file or folder as reference 5.2 defines it, folder by folder, without a memory. */
export function referenceHash(path: Buffer, name: Buffer): Buffer | undefined {
  const stat = lstatSync(path);
  const own = xor(blake3(name), blake3(be32(stat.mode)));
  if (stat.isFile()) {
    const content = readFileSync(path);
    const blocks = Array.from({ length: Math.ceil(content.length / BLOCK) }, (_, i) => blake3(be64(i * BLOCK), content.subarray(i * BLOCK, (i + 1) * BLOCK)));
    return xor(own, ...blocks);
  }
  if (!stat.isDirectory()) return undefined;
  const children = readdirSync(path, { encoding: 'buffer' });
  return xor(own, ...children.flatMap((child) => referenceHash(Buffer.concat([path, Buffer.from('/'), child]), child) ?? []));
}

export const referenceStateHash = (folder: string): Hex => referenceHash(Buffer.from(folder), Buffer.from('state'))?.toString('hex') ?? '';

/** Everything the state hash should stand for, path by path: the hash itself can't tell some moves. */
export function listing(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (path: string): void => {
    const stat = lstatSync(join(folder, path));
    if (!stat.isFile() && !stat.isDirectory()) return;
    found[path] = `${stat.mode.toString(8)} ${stat.isFile() ? blake3(readFileSync(join(folder, path))).toString('hex').slice(0, 12) : ''}`;
    if (stat.isDirectory()) for (const name of readdirSync(join(folder, path))) visit(path === '' ? name : `${path}/${name}`);
  };
  visit('');
  return found;
}

/** Does one thing a contract might do to its files. What the system forbids is left undone. */
export function randomChange(folder: string, next: (below: number) => number, modes: { readonly file: readonly number[]; readonly dir: readonly number[] }): void {
  const pick = <T>(items: readonly T[]): T => items[next(items.length)] as T;
  const dirs: string[] = [];
  const files: string[] = [];
  const visit = (path: string): void => {
    dirs.push(path);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) attempt(() => visit(child));
      else if (entry.isFile()) files.push(child);
    }
  };
  attempt(() => visit(folder));
  const name = (): string => join(pick(dirs), pick(['a', 'b.json', 'c d', 'ä', 'e-e', '日本', '.hidden', 'x']));
  const content = (): Buffer => Buffer.alloc(next(40), next(256));
  const file = files.length > 0 ? pick(files) : name();
  attempt(pick([
    () => writeFileSync(name(), content()),
    () => writeFileSync(file, content()),
    () => writeFileSync(name(), ''),
    () => appendFileSync(file, content()),
    () => truncateSync(file, next(20)),
    () => chmodSync(file, pick(modes.file)),
    () => chmodSync(pick(dirs), pick(modes.dir)),
    () => void mkdirSync(name()),
    () => void mkdirSync(join(name(), 'deep', 'er'), { recursive: true }),
    () => renameSync(file, name()),
    () => renameSync(pick(dirs.slice(1)), name()),
    () => rmSync(file),
    () => rmSync(pick(dirs.slice(1)), { recursive: true }),
    () => symlinkSync('nowhere', name()),
    () => linkSync(file, name()),
    // Two blocks, of which one changes.
    () => writeFileSync(name(), Buffer.alloc(next(6) === 0 ? BLOCK + 10 : 10, next(2))),
    () => appendFileSync(file, Buffer.alloc(3, 1)),
  ]));
}

function attempt(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** Modes of which some shut out their owner. */
export const allModes = { file: [0o644, 0o755, 0o600, 0o000], dir: [0o755, 0o700, 0o500, 0o000] };

export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : error);
