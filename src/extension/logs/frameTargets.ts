import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { firstThere, readMap, spellings } from './readMap';
import type { SourceMap, SourcePlace } from './sourceMaps';
import type { Frame } from './stackFrames';

/** What runs on the cluster. */
export interface Deployment {
  /** The folder that was deployed. */
  readonly contractPath?: string;
  /** Where the nodes have it. */
  readonly stateDirs: readonly string[];
}

/** A place to show. Line and column count from 1. */
export interface Target {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

// Of a node, whichever copy of its state the contract ran in.
const IN_STATE = /\/contract_fs\/(?:.*?\/)?state\/(.+)$/;
const STATE_IN_NODE = /\/contract_fs\/seed\/state$/;
// Bundlers that put a name of their own in front of paths; these count from the folder of package.json.
const BUNDLER_PATH = /webpack:\/\/?[^/]*\/(.*)$/;

/** Finds out where in an author's source a frame of a stack trace lies. */
export class FrameTargets {
  private readonly maps = new Map<string, { readonly changed: number; readonly map: SourceMap | undefined }>();

  constructor(private readonly deployment: () => Deployment) {}

  /**
   * The place in the source if a source map tells and the source is there; else in the file that was deployed, which authors have and may
   * change, rather than in a node's copy. Undefined if there is no such file.
   */
  async find({ path, line, column }: Frame): Promise<Target | undefined> {
    const generated = { line, column: column ?? 1 };
    const files = this.filesOf(path);
    const deployed = files.find((file) => existsSync(file));
    if (deployed === undefined) return undefined;
    // A node's copy is what ran; the deployed folder may have been built again since.
    for (const file of [...files].reverse()) {
      const original = (await this.mapOf(file))?.original(line, column);
      const source = original && sourceFile(original, files[0] ?? file);
      if (source) return { path: source, line: original.line, column: original.column };
    }
    return { path: deployed, ...generated };
  }

  /** Where the file may be: as it was deployed, and as a node has it. */
  private filesOf(path: string): string[] {
    const { contractPath, stateDirs } = this.deployment();
    const inContract = isAbsolute(path) ? (IN_STATE.exec(path)?.[1] ?? besideState(path, stateDirs)) : path;
    if (inContract === undefined) return [path];
    const copies = isAbsolute(path) ? [path] : stateDirs.slice(0, 1).map((dir) => join(dir, inContract));
    return contractPath === undefined ? copies : [join(contractPath, inContract), ...copies];
  }

  private async mapOf(file: string): Promise<SourceMap | undefined> {
    const changed = await stat(file).then(({ mtimeMs }) => mtimeMs, () => undefined);
    if (changed === undefined) return undefined;
    const known = this.maps.get(file);
    if (known?.changed === changed) return known.map;
    const map = await readMap(file).catch(() => undefined);
    this.maps.set(file, { changed, map });
    return map;
  }
}

/** A contract that applies its source map itself finds sources beside its state, where they would be had it not been deployed. */
function besideState(path: string, stateDirs: readonly string[]): string | undefined {
  const state = stateDirs.find((dir) => path.startsWith(`${dir.replace(STATE_IN_NODE, '')}/`));
  return state && relative(state, path);
}

/** The file of a source that a map names, if it is there. Relative paths count from where `generated` was built. */
function sourceFile({ source }: SourcePlace, generated: string): string | undefined {
  const bundled = BUNDLER_PATH.exec(source)?.[1];
  const root = bundled === undefined ? dirname(generated) : packageFolder(dirname(generated));
  const name = bundled ?? source.replace(/^file:\/\//, '');
  return firstThere(spellings(name).map((path) => resolve(root, path)));
}

function packageFolder(folder: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at)) if (existsSync(join(at, 'package.json'))) return at;
  return folder;
}
