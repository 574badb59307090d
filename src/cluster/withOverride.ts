import { isJsonObject, mergeOverride, readConfig, type HpConfig, type Json, type JsonObject } from '../hotpocket/config';
import type { Bundle } from './bundle';
import { overrideInvalid } from './overrideInvalid';

/**
 * A node's configuration as a deployment of the bundle makes it (reference 9.5). Throws OVERRIDE_INVALID; and a ConfigError, which names `file`, where the
 * configuration itself is wrong.
 */
export function withOverride(config: JsonObject, override: Bundle['override'], file: string): HpConfig {
  if (!override) return readConfig(config, file);
  try {
    const layer = JSON.parse(override.text) as Json;
    if (!isJsonObject(layer)) throw new Error('it is not a JSON object.');
    const merged = readConfig(mergeOverride(config, layer), override.path);
    if (merged.node.public_key !== (config.node as JsonObject).public_key) throw new Error('it would give every node the same key (node.public_key).');
    return merged;
  } catch (error) {
    throw overrideInvalid(override.path, override.text, error);
  }
}
