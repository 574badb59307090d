import { errorText } from '../../base/errors';
import { ConfigError } from './configError';
import { isSection, type Field, type Fields, type Section, type ShapeOf } from './field';
import { isObject, readField, TypeProblem } from './readField';
import { checkRules, checkSigningKeys } from './rules';
import { hpConfigTable, patchFields } from './table';
import type { HpConfig, PatchConfig } from './types';

/**
 * Reads the text of an hp.cfg. `file` is only for messages. Unknown keys are ignored and dropped. Throws a ConfigError
 * with the first thing that hpcore would refuse (reference 1.3, 1.4).
 */
export function parseConfig(text: string, file: string): HpConfig {
  return readConfig(parseJson(text), file);
}

/** The same for parsed JSON, for example after an override was merged into it. */
export function readConfig(json: unknown, file: string): HpConfig {
  const config = readConfigExceptKeys(json, file);
  checkSigningKeys(config);
  return config;
}

/** The same for `rekey`, which is there to mend signing keys that are missing or do not match. */
export function parseConfigExceptKeys(text: string, file: string): HpConfig {
  return readConfigExceptKeys(parseJson(text), file);
}

function readConfigExceptKeys(json: unknown, file: string): HpConfig {
  if (!isObject(json)) throw new ConfigError('file', ['Invalid config file format. Not an object']);
  if (!('hp_version' in json)) throw new ConfigError('field', [`Required config field hp_version missing at ${file}`], 'hp_version');
  const reading: Reading = { where: `at ${file}`, zeros: [] };
  const config = readFields(hpConfigTable.fields, json, '', reading);
  checkRules(config);
  if (reading.zeros.length > 0) {
    throw new ConfigError('rule', [...reading.zeros.map((zero) => `Invalid value for ${zero.name}.`), `Invalid configuration values at ${file}`], reading.zeros[0]?.path);
  }
  return config;
}

/** Reads the text of a patch.cfg, with the rules of the contract section (reference 1.6). Throws as `parseConfig` does. */
export function parsePatch(text: string): PatchConfig {
  const json = parseJson(text);
  if (!isObject(json)) throw new ConfigError('file', ['Invalid config file format. Not an object']);
  return readFields(patchFields, json, 'contract', { where: 'in patch config', zeros: [] });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError('file', [`Invalid config file format. ${errorText(error)}`]);
  }
}

interface Reading {
  /** How field errors end: which file they are about. */
  readonly where: string;
  /** What hpcore collects before it gives up: values that are zero or empty. */
  readonly zeros: { readonly name: string; readonly path: string }[];
}

function readFields<F extends Fields>(fields: F, json: Record<string, unknown>, path: string, reading: Reading): ShapeOf<F> {
  const entries = Object.entries(fields).map(([name, entry]) => [name, readEntry(entry, name, json, path, reading)]);
  return Object.fromEntries(entries) as ShapeOf<F>;
}

function readEntry(entry: Field | Section, name: string, json: Record<string, unknown>, parentPath: string, reading: Reading): unknown {
  const path = parentPath === '' ? name : `${parentPath}.${name}`;
  // hpcore treats these two lists as sections of their own in its messages.
  const isOwnSection = isSection(entry) || entry.kind === 'hexList' || entry.kind === 'stringMap';
  try {
    if (!Object.hasOwn(json, name)) throw new TypeProblem(`Key '${name}' not found`);
    const value = json[name];
    if (!isSection(entry)) {
      if (entry.nameIfZero !== undefined && isZero(value)) {
        reading.zeros.push({ name: entry.nameIfZero, path });
        return entry.default;
      }
      return readField(entry, value, { path, name });
    }
    if (!isObject(value)) throw new TypeProblem('Not an object');
    return readFields(entry.fields, value, path, reading);
  } catch (error) {
    if (!(error instanceof TypeProblem)) throw error;
    throw new ConfigError('field', [`Config validation error: ${error.message} in '${isOwnSection ? path : parentPath}' section ${reading.where}`], path);
  }
}

const isZero = (json: unknown): boolean => json === 0 || json === '' || (Array.isArray(json) && json.length === 0);
