import { applyEdits, getNodeValue, modify, parseTree, type Edit, type JSONPath } from 'jsonc-parser';
import { isSection, type Field, type Section } from '../../hotpocket/config/field';
import { WIDTH } from '../../hotpocket/config/readField';
import { entryAt } from '../../hotpocket/config/table';
import { homeOf, PER_NODE, propertyAt, type Property } from './properties';
import { similar } from './similar';

export interface Fix {
  readonly kind: 'move' | 'rename' | 'remove' | 'retype';
  /** Where it moves to, its new name, or its new value. */
  readonly to?: string;
  readonly edits: readonly Edit[];
}

const FORMAT = { formattingOptions: { insertSpaces: true, tabSize: 4 } };

/** What would mend a problem, or the value at a place if its type is not the natural one. */
export function fixes(text: string, offset: number): Fix[] {
  const root = parseTree(text);
  const property = root && propertyAt(root, offset);
  if (!property) return [];
  const { path, value } = property;
  const entry = entryAt(path);
  const name = String(path.at(-1));
  const remove: Fix = { kind: 'remove', edits: modify(text, path, undefined, FORMAT) };
  if (entry) return [...retypings(text, path, entry, getNodeValue(value)), ...(PER_NODE.includes(path.join('.')) ? [remove] : [])];
  const parent = entryAt(path.slice(0, -1));
  if (!parent || !isSection(parent)) return [];
  const home = homeOf(name);
  const meant = similar(name, Object.keys(parent.fields));
  return [
    ...(home ? [{ kind: 'move' as const, to: home.join('.'), edits: moving(text, path, [...home, name], getNodeValue(value)) }] : []),
    ...(meant ? [{ kind: 'rename' as const, to: meant, edits: renaming(property, meant) }] : []),
    remove,
  ];
}

/** One after the other, because where a value is put in depends on what was taken out. */
function moving(text: string, from: JSONPath, to: JSONPath, value: unknown): Edit[] {
  const without = applyEdits(text, modify(text, from, undefined, FORMAT));
  return [{ offset: 0, length: text.length, content: applyEdits(without, modify(without, to, value, FORMAT)) }];
}

const renaming = ({ key }: Property, name: string): Edit[] => [{ offset: key.offset, length: key.length, content: JSON.stringify(name) }];

/** The node would take them; a schema and a reader had better not. */
function retypings(text: string, path: JSONPath, entry: Field | Section, value: unknown): Fix[] {
  if (isSection(entry)) return [];
  const natural = naturalValue(entry, value);
  return natural === undefined ? [] : [{ kind: 'retype', to: JSON.stringify(natural), edits: modify(text, path, natural, FORMAT) }];
}

function naturalValue({ kind }: Field, value: unknown): unknown {
  if (WIDTH[kind] !== undefined && typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  if (kind === 'bool' && typeof value === 'number') return value !== 0;
  if (kind === 'bool' && (value === 'true' || value === 'false')) return value === 'true';
  if ((kind === 'string' || kind === 'choice') && typeof value === 'number') return String(value);
  if (kind.endsWith('List') && typeof value === 'string') return [value];
  return undefined;
}
