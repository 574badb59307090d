export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * Lays an hp.cfg.override over a configuration (reference 9.5), as jq's `*` does: objects are merged, anything else,
 * arrays and null included, replaces what was there. The result is still to be read with `readConfig`.
 */
export function mergeOverride(config: JsonObject, override: JsonObject): JsonObject {
  const merged = new Map(Object.entries(config));
  for (const [key, value] of Object.entries(override)) {
    const below = merged.get(key);
    merged.set(key, isJsonObject(below) && isJsonObject(value) ? mergeOverride(below, value) : value);
  }
  return Object.fromEntries(merged);
}

export const isJsonObject = (json: Json | undefined): json is JsonObject => typeof json === 'object' && json !== null && !Array.isArray(json);
