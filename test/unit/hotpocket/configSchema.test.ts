import { beforeAll, describe, expect, it } from 'vitest';
import { getLanguageService, TextDocument } from 'vscode-json-languageservice';
import { ConfigError, formatConfig, newConfig, parseConfigExceptKeys, parsePatch, toPatch, type JsonObject } from '../../../src/hotpocket/config';
import { isSection, type Field, type Fields } from '../../../src/hotpocket/config/field';
import { configSchema, overrideSchema, patchSchema, type JsonSchema } from '../../../src/hotpocket/config/jsonSchema';
import { numberFrom, numberUpTo } from '../../../src/hotpocket/config/numberPattern';
import { entryAt, hpConfigTable } from '../../../src/hotpocket/config/table';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { randomGenerator } from '../../support/random';

const COUNT = process.env.HOTPOCKET_TEST_LONG ? 100_000 : 10_000;
/** VS Code's own, which is what will judge. */
const service = getLanguageService({});

/** What VS Code would mark in a text. */
function marks(schema: JsonSchema): (text: string) => Promise<string[]> {
  return async (text) => {
    const document = TextDocument.create('file:///hp.cfg', 'json', 1, text);
    const found = await service.doValidation(document, service.parseJSONDocument(document), {}, schema);
    return found.map(({ message }) => (typeof message === 'string' ? message : message.value));
  };
}

type Path = readonly string[];
const leaves = (fields: Fields, path: Path = []): { readonly path: Path; readonly field: Field }[] =>
  Object.entries(fields).flatMap(([name, entry]) => (isSection(entry) ? leaves(entry.fields, [...path, name]) : [{ path: [...path, name], field: entry }]));
const sections = (fields: Fields, path: Path = []): Path[] => Object.entries(fields).flatMap(([name, entry]) => (isSection(entry) ? [[...path, name], ...sections(entry.fields, [...path, name])] : []));
const all = leaves(hpConfigTable.fields);
const allSections = sections(hpConfigTable.fields);

function put(config: JsonObject, path: Path, value: unknown): void {
  const parent = path.slice(0, -1).reduce<unknown>((json, name) => (json as Record<string, unknown> | null | undefined)?.[name], config) as Record<string, unknown>;
  const name = path.at(-1) ?? '';
  if (typeof parent !== 'object' || (parent as unknown) === null) return;
  if (value === undefined) delete parent[name];
  else parent[name] = value;
}

const NUMBERS = [0, 1, 2, 32, 33, 34, 100, 101, 3_600_000, 3_600_001, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, -1, 1.5, Number.MAX_SAFE_INTEGER];
const TEXTS = ['', 'x', '0:0', '1000:1000', '1:0', '4294967295:1', '4294967296:1', '007:8', 'node1:22861', 'node1:0', 'node1:65535', 'node1:65536', 'node1:00080', ':1', 'a:b:1', 'ab', 'abc', 'AB12', 'öä', '0.6.3', '0.6.2', '0.6.10', '0.10.0', '1.0.0', '00.06.03', '0.6', '0.6.3.1', 'public', 'private', 'custom', 'full', 'console', 'file', 'dbg', 'err', 'validator'];
const OTHERS = [null, [], {}, [[]], ['console'], ['console', 'file'], ['other'], ['ab', 'AB'], ['zz'], ['node1:22861', 'node2:1'], ['node1'], { A: 'b' }, { A: 1 }, { A: { b: 'c' } }, [null], [true]];

/** Values around what a kind or a field allows, which chance alone finds too rarely. */
const NEAR: Readonly<Record<string, readonly unknown[]>> = {
  run_as: ['', '1:1', '0:1', '4294967295:4294967295', '4294967296:1', '1:04294967295', '1', 'x:1'],
  hp_version: ['0.6.3', '0.6.2', '0.7.0', '1.0.0', '0.06.03', '0.6.10', '0.10.2', '0.6'],
  peerList: [['a:65535'], ['a:65536'], ['a:1', 'b:0'], ['a:00001'], ['a:9999', 'b:10000'], ['a:59999'], ['a:64999', 'b:65000'], ['a:65529'], ['a']],
  hexList: [['AB'], ['abc'], ['ab', 'ab'], ['']],
  hex: ['ab', 'abc', 'xy', ''],
  stringMap: [{}, { A: '' }, { A: null }],
};

/** A value that an editor and the node may judge differently, because the node is kinder to types than a schema should be. */
function isKindness({ kind }: Field, value: unknown): boolean {
  const isText = kind === 'string' || kind === 'hex' || kind === 'choice';
  if (isText || kind === 'bool') return typeof value === 'number';
  if (kind === 'u16' || kind === 'u32' || kind === 'u64') return typeof value === 'string';
  return false;
}

describe('the schema of hp.cfg', () => {
  const keys = generateKeyPair();
  const valid = formatConfig(newConfig(keys, '3c349abe-4d70-4f50-9fa6-018f1f2530ab'));
  let judge: (text: string) => Promise<string[]>;
  beforeAll(() => void (judge = marks(configSchema())));

  it('takes what new writes', async () => {
    expect(await judge(valid)).toEqual([]);
  });

  it(`agrees with the node about ${COUNT} generated configurations`, async () => {
    const random = randomGenerator(1);
    const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
    let refused = 0;
    for (let i = 0; i < COUNT; i++) {
      const config = JSON.parse(valid) as JsonObject;
      const changes: string[] = [];
      for (let count = 1 + random(3); count > 0; count--) {
        if (random(12) === 0) {
          const path = pick(allSections);
          const value = pick([undefined, null, 1, 'x', [], {}]);
          put(config, path, value);
          changes.push(`${path.join('.')} = ${JSON.stringify(value)}`);
          continue;
        }
        const { path, field } = pick(all);
        const value = pick([() => undefined, () => pick(NUMBERS), () => pick(TEXTS), () => pick(OTHERS), () => [pick(TEXTS)], () => [pick(TEXTS), pick(TEXTS)], () => random(2) === 0, () => field.default, () => pick<string | number>(field.values ?? NUMBERS), () => pick(NEAR[path.at(-1) ?? ''] ?? NEAR[field.kind] ?? [field.default])])();
        if (isKindness(field, value)) continue;
        put(config, path, value);
        changes.push(`${path.join('.')} = ${JSON.stringify(value)}`);
      }
      const text = JSON.stringify(config);
      let problem: ConfigError | undefined;
      try {
        parseConfigExceptKeys(text, 'hp.cfg');
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        problem = error;
      }
      if (problem) refused++;
      const found = await judge(text);
      // The one rule that a schema cannot say.
      if (found.length === 0 && problem?.path === 'mesh.max_known_connections') continue;
      expect({ changes, refused: found.length > 0 }, `${found.join('; ')} / ${problem?.message}`).toEqual({ changes, refused: problem !== undefined });
    }
    // Both sorts were there.
    expect(refused / COUNT).toBeGreaterThan(0.3);
    expect(refused / COUNT).toBeLessThan(0.9);
  }, 300_000);

  it('of an override asks for nothing, and has the same rules', async () => {
    const override = marks(overrideSchema());
    expect(await override('{}')).toEqual([]);
    expect(await override('{"contract":{"consensus":{"roundtime":2000}}}')).toEqual([]);
    expect(await override('{"contract":{"consensus":{"roundtime":0}}}')).toHaveLength(1);
    expect(await override('{"contract":{"run_as":"0:0"}}')).toEqual(['"uid:gid" of a user that is not root is expected.']);
    expect(await override('{"contract":{"log":{"enable":true,"max_file_count":0}}}')).toHaveLength(1);
  });

  it('of patch.cfg takes what the node reads', async () => {
    const patch = marks(patchSchema());
    const text = JSON.stringify(toPatch(newConfig(keys, 'x').contract));
    parsePatch(text);
    expect(await patch(text)).toEqual([]);
    expect(await patch(text.replace('"threshold":80', '"threshold":101'))).toHaveLength(1);
  });

  it('describes every field, with its default', () => {
    for (const { path } of all) expect(entryAt(path)?.description).toMatch(/\.$/);
    expect(entryAt(['contract', 'nothing'])).toBeUndefined();
    expect(entryAt(['contract', 'id', 'x'])).toBeUndefined();
  });
});

describe('patterns for numbers', () => {
  it.each([1, 9, 10, 32, 99, 100, 255, 1000, 3600, 65_535])('up to %i', (max) => {
    const pattern = new RegExp(`^${numberUpTo(max)}$`);
    const wrong = Array.from({ length: max + 1200 }, (_, i) => i).filter((i) => pattern.test(String(i)) !== (i >= 1 && i <= max));
    expect(wrong).toEqual([]);
    expect(pattern.test(`000${max}`)).toBe(true);
  });

  it.each([0, 1, 3, 9])('from %i', (min) => {
    const pattern = new RegExp(`^${numberFrom(min)}$`);
    for (let i = 0; i < 1000; i++) expect(pattern.test(String(i)), String(i)).toBe(i >= min);
  });
});
