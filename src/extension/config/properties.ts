import type { JSONPath, Node } from 'jsonc-parser';
import { isSection, type Fields } from '../../hotpocket/config/field';
import { hpConfigTable } from '../../hotpocket/config/table';

/** What creating a cluster sets for each node (reference 9.4); in an override it would be the same for all of them. */
export const PER_NODE: readonly string[] = ['node.public_key', 'node.private_key', 'contract.unl', 'mesh.port', 'mesh.known_peers', 'user.port'];

export const keyOf = (property: Node): Node | undefined => property.children?.[0];
export const valueOf = (property: Node): Node | undefined => property.children?.[1];

export interface Property {
  readonly path: JSONPath;
  readonly key: Node;
  readonly value: Node;
}

/** The innermost property whose key or value a place is in. */
export function propertyAt(node: Node, offset: number, path: JSONPath = []): Property | undefined {
  for (const property of node.type === 'object' ? (node.children ?? []) : []) {
    const [key, value] = [keyOf(property), valueOf(property)];
    if (!key || !value || offset < property.offset || offset > property.offset + property.length) continue;
    const here = [...path, String(key.value)];
    return propertyAt(value, offset, here) ?? { path: here, key, value };
  }
  return undefined;
}

/** The section in which a key of this name is, if it is in one only. */
export function homeOf(name: string): readonly string[] | undefined {
  const homes = sectionsWith(name, hpConfigTable.fields, []);
  return homes.length === 1 ? homes[0] : undefined;
}

function sectionsWith(name: string, fields: Fields, path: readonly string[]): (readonly string[])[] {
  const deeper = Object.entries(fields).flatMap(([key, entry]) => (isSection(entry) ? sectionsWith(name, entry.fields, [...path, key]) : []));
  return Object.hasOwn(fields, name) ? [path, ...deeper] : deeper;
}
