import { findNodeAtLocation, getNodeValue, parseTree, type JSONPath, type Node } from 'jsonc-parser';
import { ConfigError, mergeOverride, parseConfigExceptKeys, type JsonObject } from '../../hotpocket/config';
import { isSection, type Field, type Section } from '../../hotpocket/config/field';
import { readField } from '../../hotpocket/config/readField';
import { entryAt, hpConfigTable } from '../../hotpocket/config/table';
import { freshConfig } from '../../hotpocket/config/fresh';
import { homeOf, keyOf, PER_NODE, valueOf } from './properties';
import { similar } from './similar';

export type ConfigFile = 'config' | 'override';

/** What the schema does not say about an hp.cfg or an hp.cfg.override (schemas: hotpocket/config/jsonSchema.ts). */
export type Finding =
  /** HotPocket ignores keys that it does not know. `home`: the section where this one belongs; `meant`: a known key that it resembles. */
  | { readonly kind: 'unknown'; readonly name: string; readonly home?: string; readonly meant?: string }
  /** One value for all nodes, where each has its own. */
  | { readonly kind: 'perNode'; readonly name: string }
  /** The node would refuse it, with this message. */
  | { readonly kind: 'refused'; readonly message: string };

export interface Problem {
  readonly offset: number;
  readonly length: number;
  readonly finding: Finding;
}

/** The problems of a text that is a JSON object; of any other, which editors tell of, none. */
export function problems(text: string, file: ConfigFile): Problem[] {
  const root = parseTree(text);
  if (root?.type !== 'object') return [];
  return [...unknownKeys(root, hpConfigTable, []), ...(file === 'override' ? perNode(root) : []), ...refused(root, file)];
}

function unknownKeys(object: Node, section: Section, path: JSONPath): Problem[] {
  return (object.children ?? []).flatMap((property) => {
    const [key, value] = [keyOf(property), valueOf(property)];
    const name = String(key?.value);
    const entry: Field | Section | undefined = Object.hasOwn(section.fields, name) ? section.fields[name] : undefined;
    if (!key) return [];
    if (entry) return isSection(entry) && value?.type === 'object' ? unknownKeys(value, entry, [...path, name]) : [];
    const home = homeOf(name)?.join('.');
    const meant = similar(name, Object.keys(section.fields));
    return [{ offset: key.offset, length: key.length, finding: { kind: 'unknown' as const, name, ...(home !== undefined ? { home } : meant !== undefined && { meant }) } }];
  });
}

function perNode(root: Node): Problem[] {
  return PER_NODE.flatMap((name) => {
    const found = findNodeAtLocation(root, name.split('.'))?.parent;
    const key = found && keyOf(found);
    return key ? [{ offset: key.offset, length: key.length, finding: { kind: 'perNode' as const, name } }] : [];
  });
}

/** Rules between fields; what is wrong with a field by itself is told by the schema. */
function refused(root: Node, file: ConfigFile): Problem[] {
  const json = getNodeValue(root) as JsonObject;
  try {
    parseConfigExceptKeys(JSON.stringify(file === 'override' ? mergeOverride((whatNewWrites ??= freshConfig('contract')), json) : json), '');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError) || error.kind !== 'rule' || error.path === undefined) return [];
    const path = error.path.split('.');
    const entry = entryAt(path);
    const value = findNodeAtLocation(root, path);
    if (value && entry && !isSection(entry) && !suits(entry, getNodeValue(value), path)) return [];
    const node = value ?? nearest(root, path);
    if (!node) return [];
    return [{ offset: node.offset, length: node.length, finding: { kind: 'refused', message: error.lines[0] ?? error.message } }];
  }
}

let whatNewWrites: JsonObject | undefined;

/** The key of the innermost section that is there. */
function nearest(root: Node, path: readonly string[]): Node | undefined {
  for (let length = path.length - 1; length > 0; length--) {
    const property = findNodeAtLocation(root, path.slice(0, length))?.parent;
    if (property) return keyOf(property);
  }
  return undefined;
}

function suits(field: Field, value: unknown, path: readonly string[]): boolean {
  try {
    readField(field, value, { path: path.join('.'), name: path.at(-1) ?? '' });
    return true;
  } catch {
    return false;
  }
}
