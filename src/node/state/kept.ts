import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Hex } from '../../hotpocket/hash';
import { placeFile } from './contents';
import { decodeManifest, encodeManifest } from './manifest';
import type { Manifest } from './types';

/** The manifests of the last states that were kept, in `<folder>/<state hash>`; newest first. */
export class KeptStates {
  private manifests: readonly Manifest[];

  /** Loads what is there. `count` is how many are kept; what is damaged or beyond that is removed. */
  constructor(private readonly folder: string, private readonly count: number) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const names = readdirSync(folder)
      .map((name) => ({ name, time: lstatSync(join(folder, name), { bigint: true }).mtimeNs }))
      .sort((a, b) => (a.time < b.time ? 1 : -1))
      .map(({ name }) => name);
    this.manifests = names.flatMap((name) => decodeManifest(readFileSync(join(folder, name)), name) ?? []).slice(0, count);
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
    placeFile(join(this.folder, 'new'), join(this.folder, manifest.hash), [encodeManifest(manifest)]);
    const others = this.manifests.filter(({ hash }) => hash !== manifest.hash);
    for (const { hash } of others.slice(this.count - 1)) this.remove(hash);
    this.manifests = [manifest, ...others.slice(0, this.count - 1)];
  }

  private remove(name: string): void {
    rmSync(join(this.folder, name), { force: true });
  }
}
