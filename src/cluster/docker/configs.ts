import type Docker from 'dockerode';
import { errorText, HotPocketError } from '../../base/errors';
import { isJsonObject, mergeOverride, readConfig, type Json, type JsonObject } from '../../hotpocket/config';
import type { Bundle } from '../bundle';
import { overrideInvalid } from '../overrideInvalid';
import { hpCfg } from './cluster';
import { readFile } from './volume';

/** A node's hp.cfg as it is: whatever this version does not know of stays in it. */
export interface NodeConfig {
  readonly node: number;
  readonly json: JsonObject;
  readonly mode: number;
}

/** Through any container that has the volume. Throws NODE_CONFIG_UNREADABLE. */
export async function readNodeConfig(container: Docker.Container, node: number): Promise<NodeConfig> {
  const path = hpCfg(node);
  const file = await readFile(container, path);
  try {
    if (!file) throw new Error('it is not there.');
    const json = JSON.parse(file.text) as Json;
    if (!isJsonObject(json) || !['node', 'contract', 'mesh', 'user'].every((section) => isJsonObject(json[section]))) throw new Error('it is no hp.cfg.');
    return { node, json, mode: file.mode };
  } catch (error) {
    throw new HotPocketError('NODE_CONFIG_UNREADABLE', { node, path: `${path} in the volume`, problem: errorText(error) }, { cause: error });
  }
}

/** hpcore's own format (reference 1.3). */
export const configText = (json: JsonObject): string => JSON.stringify(json, null, 4);

export const section = (json: JsonObject, name: string): JsonObject => json[name] as JsonObject;

/** With some fields of some sections replaced; one level deep, and of sections in them another. */
export const withFields = (json: JsonObject, fields: JsonObject): JsonObject => mergeOverride(json, fields);

/** Lays the bundle's hp.cfg.override over a node's configuration (reference 9.5). Throws OVERRIDE_INVALID. */
export function overridden({ node, json, mode }: NodeConfig, bundle: Bundle): NodeConfig {
  const { override } = bundle;
  if (!override) return { node, json, mode };
  try {
    const layer = JSON.parse(override.text) as Json;
    if (!isJsonObject(layer)) throw new Error('it is not a JSON object.');
    const merged = mergeOverride(json, layer);
    requireSame(json, merged, 'node', 'public_key', 'it would give every node the same key');
    requireSame(json, merged, 'user', 'port', 'every node would listen on a port that its container does not publish');
    requireSame(json, merged, 'mesh', 'port', 'the other nodes would look for it on another port');
    requireValid(json, merged, override.path);
    return { node, json: merged, mode };
  } catch (error) {
    throw overrideInvalid(override.path, override.text, error);
  }
}

function requireSame(before: JsonObject, after: JsonObject, name: string, field: string, problem: string): void {
  const layer = after[name];
  if (!isJsonObject(layer) || layer[field] !== section(before, name)[field]) throw new Error(`${problem} (${name}.${field}).`);
}

/** A newer hpcore may have other rules: what we do not understand without the override is not the override's fault. */
function requireValid(before: JsonObject, after: JsonObject, file: string): void {
  try {
    readConfig(before, file);
  } catch {
    return;
  }
  readConfig(after, file);
}
