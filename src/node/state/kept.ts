import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Hex } from '../../hotpocket/hash';
import { unsaid, type Damaged } from '../damage';
import { placeFile } from './contents';
import { decodeManifest, encodeManifest } from './manifest';
import type { Manifest } from './types';

const ORDER = 'order';

/**
 * The manifests of the last states that were kept, in `<folder>/<state hash>`. A file `order` names them, newest first;
 * what it does not name was not finished.
 */
export class KeptStates {
  private manifests: readonly Manifest[];

  /** Loads what is there. `count` is how many are kept; what is damaged or beyond that is removed. */
  constructor(private readonly folder: string, private readonly count: number, damaged: Damaged = unsaid) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const names = new Set(readdirSync(folder));
    const order = names.delete(ORDER) ? readFileSync(join(folder, ORDER), 'utf8').split('\n') : [];
    this.manifests = order
      .filter((hash) => names.has(hash))
      .flatMap((hash) => {
        const manifest = decodeManifest(readFileSync(join(folder, hash)), hash);
        if (!manifest) damaged(join(folder, hash), 'It is no list of files of the state that its name says, and was removed.');
        return manifest ?? [];
      })
      .slice(0, count);
    for (const name of names) if (!this.get(name)) this.remove(name);
  }

  get all(): readonly Manifest[] {
    return this.manifests;
  }

  get(hash: Hex): Manifest | undefined {
    return this.manifests.find((manifest) => manifest.hash === hash);
  }

  /** Makes it the newest, in the place of any other with its hash. */
  add(manifest: Manifest): void {
    const others = this.manifests.filter(({ hash }) => hash !== manifest.hash);
    const kept = [manifest, ...others.slice(0, this.count - 1)];
    this.place(manifest.hash, encodeManifest(manifest));
    this.place(ORDER, Buffer.from(kept.map(({ hash }) => hash).join('\n')));
    this.manifests = kept;
    for (const { hash } of others.slice(this.count - 1)) this.remove(hash);
  }

  private place(name: string, content: Buffer): void {
    placeFile(join(this.folder, 'new'), join(this.folder, name), [content]);
  }

  private remove(name: string): void {
    rmSync(join(this.folder, name), { force: true, recursive: true });
  }
}
