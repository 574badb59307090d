import { ConfigError, formatConfig, isJsonObject, mergeOverride, readConfig, type Json, type JsonObject } from '../../hotpocket/config';
import { freshConfig } from '../../hotpocket/config/fresh';

/** Keys are shown as this: they are no part of an override, and the private one is secret. */
const KEY = '…';

/**
 * hp.cfg before and after a deployment with that override, as texts. `config`: that of a node, undefined if there is no cluster yet: then it
 * is what `new` writes. Throws a ConfigError or a SyntaxError where the deployment would be refused.
 */
export function preview(config: string | undefined, override: string): { readonly before: string; readonly after: string } {
  const base = config === undefined ? freshConfig(KEY) : (JSON.parse(config) as JsonObject);
  const layer = JSON.parse(override) as Json;
  if (!isJsonObject(layer)) throw new ConfigError('file', ['It is not a JSON object.']);
  const shown = (json: JsonObject): string => hideKeys(formatConfig(readConfig(json, 'hp.cfg')));
  return { before: shown(base), after: shown(mergeOverride(base, layer)) };
}

const hideKeys = (text: string): string => text.replaceAll(/("(?:public|private)_key": )"[^"]*"/g, `$1"${KEY}"`);
