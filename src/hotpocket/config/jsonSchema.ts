import { MIN_CONFIG_VERSION } from '../version';
import { isSection, type Field, type FieldKind, type Section } from './field';
import { anyNumber, numberFrom, numberUpTo } from './numberPattern';
import { WIDTH } from './readField';
import { hpConfigTable, patchFields } from './table';

/** A JSON schema (draft 7), as far as editors are told. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/**
 * Schemas for editors, from the same table by which the node reads (table.ts) and with the rules between fields (rules.ts). They want values
 * of the natural type, where the node also takes 1 for true and "5" for 5. They do not say, because no schema can: that keys belong
 * together, and that `mesh.max_known_connections` is at most `mesh.max_connections`. Unknown keys are not theirs either (problems.ts).
 */
export const configSchema = (): JsonSchema => ({ ...sectionSchema(hpConfigTable, 'all'), ...dialect, allOf: rules });

/** The same for hp.cfg.override, in which everything may be left out. */
export const overrideSchema = (): JsonSchema => ({ ...sectionSchema({ ...hpConfigTable, description: 'What a deployment lays over the hp.cfg of every node.' }, 'none'), ...dialect, allOf: rules });

export const patchSchema = (): JsonSchema => ({ ...sectionSchema({ description: 'The part of the contract section that is under consensus (patch.cfg).', fields: patchFields }, 'all'), ...dialect });

const dialect = { $schema: 'http://json-schema.org/draft-07/schema#' };

function sectionSchema({ description, fields }: Section, required: 'all' | 'none'): JsonSchema {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, entry]) => [name, isSection(entry) ? sectionSchema(entry, required) : fieldSchema(entry)]));
  return { type: 'object', description, properties, ...(required === 'all' && { required: Object.keys(fields) }) };
}

function fieldSchema(field: Field): JsonSchema {
  const { description, default: byDefault } = field;
  return { ...types[field.kind](field), description, markdownDescription: markdown(field), default: byDefault };
}

const HEX = { type: 'string', pattern: '^([0-9a-fA-F]{2})*$', patternErrorMessage: 'Hexadecimal digits in pairs are expected.' };
const PEER = `^[^:]+:${numberUpTo(0xffff)}$`;

/** Zero and empty values that the node reports by name are as forbidden as those it refuses at once. */
const isNeeded = ({ notEmpty, nameIfZero }: Field): boolean => notEmpty === true || nameIfZero !== undefined;

const integer = ({ kind, min = 0, max = WIDTH[kind] ?? 0 }: Field): JsonSchema => ({ type: 'integer', minimum: min, maximum: max });
const list = (items: JsonSchema) => (field: Field): JsonSchema => ({ type: 'array', items, ...(isNeeded(field) && { minItems: 1 }) });

const types: { readonly [K in FieldKind]: (field: Field) => JsonSchema } = {
  string: (field) => ({ type: 'string', ...(isNeeded(field) && { minLength: 1 }) }),
  hex: () => HEX,
  bool: () => ({ type: 'boolean' }),
  u16: integer,
  u32: integer,
  u64: integer,
  hexList: list(HEX),
  peerList: list({ type: 'string', pattern: PEER, patternErrorMessage: '"host:port" is expected.' }),
  stringMap: () => ({ type: 'object', additionalProperties: { type: 'string' } }),
  choice: ({ values = [] }) => ({ type: 'string', enum: values }),
  choiceList: (field) => list({ type: 'string', enum: field.values ?? [] })(field),
};

function markdown({ kind, description, default: byDefault, min = 0, max, values }: Field): string {
  const width = WIDTH[kind];
  const range = width === undefined ? [] : max !== undefined ? [`From ${min} to ${max}.`] : min > 0 ? [`At least ${min}.`] : [];
  const among = values ? [`One of ${values.map((value) => `\`${value}\``).join(', ')}.`] : [];
  return [description, ...range, ...among, `Default: \`${JSON.stringify(byDefault)}\``].join('\n\n');
}

/** For the field at a path; `there`: and it is there. */
const at = (path: string, schema: JsonSchema, there = false): JsonSchema =>
  path.split('.').reduceRight<JsonSchema>((inner, name) => ({ properties: { [name]: inner }, ...(there && { required: [name] }) }), schema);
/** If the field at a path is as given, others are restricted. */
const given = (path: string, schema: JsonSchema, then: readonly JsonSchema[]): JsonSchema => ({ if: at(path, schema, true), then: { allOf: then } });

const [major, minor, patch] = MIN_CONFIG_VERSION.split('.').map(Number) as [number, number, number];
const VERSION = [
  `${numberFrom(major + 1)}\\.${anyNumber}\\.${anyNumber}`,
  `0*${major}\\.${numberFrom(minor + 1)}\\.${anyNumber}`,
  `0*${major}\\.0*${minor}\\.${numberFrom(patch)}`,
].map((form) => `(${form})`).join('|');
const ID = numberUpTo(0xffff_ffff);

/** Rules of reference 1.4 between several fields, or about the inside of one. */
const rules: readonly JsonSchema[] = [
  at('hp_version', { pattern: `^(${VERSION})$`, patternErrorMessage: `A version from ${MIN_CONFIG_VERSION} on is expected.` }),
  at('contract.run_as', { pattern: `^(${ID}:${ID})?$`, patternErrorMessage: '"uid:gid" of a user that is not root is expected.' }),
  given('node.history', { const: 'custom' }, [at('node.history_config.max_primary_shards', { minimum: 1 })]),
  given('contract.log.enable', { const: true }, [at('contract.log.max_mbytes_per_file', { minimum: 1 }), at('contract.log.max_file_count', { minimum: 1 })]),
  given('mesh.max_connections', { minimum: 1 }, [at('mesh.max_known_connections', { minimum: 1 })]),
];
