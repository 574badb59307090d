import { describe, expect, test } from 'vitest';
import { ConfigError, mergeOverride, newConfig, parseConfig, parseConfigExceptKeys, parseRunAs, readConfig, type Json, type JsonObject } from '../../../src/hotpocket/config';
import { generateKeyPair } from '../../../src/hotpocket/keys';

const FILE = '/tmp/a node/cfg/hp.cfg';
const keys = generateKeyPair();
const base = newConfig(keys, 'id') as unknown as JsonObject;

/** The JSON value that stands for "this key is missing". */
const MISSING = Symbol('missing');

/** A valid configuration with one field changed. */
function withField(path: string, value: Json | typeof MISSING, json: JsonObject = base): JsonObject {
  const [head = '', ...rest] = path.split('.');
  if (rest.length > 0) return { ...json, [head]: withField(rest.join('.'), value, json[head] as JsonObject) };
  const { [head]: _old, ...others } = json;
  return value === MISSING ? others : { ...others, [head]: value };
}

function refusal(json: unknown): ConfigError {
  try {
    parseConfig(JSON.stringify(json), FILE);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

const field = (text: string, section: string): string => `Config validation error: ${text} in '${section}' section at ${FILE}`;

describe('what hpcore refuses, and its words for it', () => {
  test.each<[path: string, value: Json | typeof MISSING, message: string]>([
    ['hp_version', MISSING, `Required config field hp_version missing at ${FILE}`],
    ['hp_version', '', 'Config HP version missing.'],
    ['hp_version', '0.6.2', 'Config version too old. Minimum 0.6.3 required. 0.6.2 found.'],
    ['hp_version', '0.5.10', 'Config version too old. Minimum 0.6.3 required. 0.5.10 found.'],
    ['hp_version', 'new', 'Malformed version string.'],
    ['user.listen', MISSING, field("Key 'listen' not found", 'user')],
    ['mesh.listen', 'yes', field('Not a bool', 'mesh')],
    ['mesh', MISSING, field("Key 'mesh' not found", 'mesh')],
    ['mesh.peer_discovery', [], field('Not an object', 'mesh.peer_discovery')],
    ['mesh.peer_discovery.interval', 'often', field('Invalid digit', 'mesh.peer_discovery')],
    ['mesh.idle_timeout', null, field('Not an integer', 'mesh')],
    ['mesh.idle_timeout', 1.5, field('Not an integer', 'mesh')],
    ['log.loggers', 'file', field('Not an array', 'log')],
    ['log.max_file_count', MISSING, field("Key 'max_file_count' not found", 'log')],
    ['hpfs.log.log_level', MISSING, field("Key 'log_level' not found", 'hpfs.log')],
    ['node.history_config.max_raw_shards', MISSING, field("Key 'max_raw_shards' not found", 'node.history_config')],
    ['contract.round_limits.exec_timeout', MISSING, field("Key 'exec_timeout' not found", 'contract.round_limits')],
    ['contract.unl', {}, field('Not an array', 'contract.unl')],
    ['contract.environment', [], field('Not an object', 'contract.environment')],
    ['contract.bin_path', { a: 1 }, field('Not a string', 'contract')],
    ['node.public_key', 'xyz', 'Error decoding hex public key.'],
    ['node.private_key', 'abc', 'Error decoding hex private key.'],
    ['node.public_key', '', "Signing keys missing. Run with 'rekey' to generate new keys."],
    ['node.private_key', '', "Signing keys missing. Run with 'rekey' to generate new keys."],
    ['node.public_key', generateKeyPair().publicKey, "Invalid signing keys. Run with 'rekey' to generate new keys."],
    ['node.private_key', 'ed00', "Invalid signing keys. Run with 'rekey' to generate new keys."],
    ['node.role', 'miner', "Invalid role. 'observer' or 'validator' expected."],
    ['node.history', '', "Invalid history mode. 'full' or 'custom' expected."],
    ['node.history_config.max_primary_shards', 0, "'max_primary_shards' cannot be zero in history=custom mode."],
    ['contract.id', '', 'Contract id not specified.'],
    ['contract.run_as', 'root', 'Invalid format for contract run as config ("uid>0:gid>0" expected).'],
    ['contract.run_as', '0:1', 'Invalid format for contract run as config ("uid>0:gid>0" expected).'],
    ['contract.log', { enable: true, max_mbytes_per_file: 0, max_file_count: 1 }, 'Contract log max mbytes per file must be greater than 0 to enable contract logging.'],
    ['contract.log', { enable: true, max_mbytes_per_file: 1, max_file_count: 0 }, 'Contract log file count must be greater than 0 to enable contract logging.'],
    ['contract.version', '', 'Contract version not specified.'],
    ['contract.environment', { PATH: '/bin', DEBUG: 1 }, 'contract.environment.DEBUG environment variable should be a string.'],
    ['contract.unl', ['edxx'], 'Error decoding unl list.'],
    ['contract.unl', [5], 'Error decoding unl list.'],
    ['contract.unl', [], 'UNL cannot be empty.'],
    ['contract.consensus.roundtime', 0, 'Round time must be between 1 and 3600000ms inclusive.'],
    ['contract.consensus.roundtime', 3_600_001, 'Round time must be between 1 and 3600000ms inclusive.'],
    ['contract.consensus.stage_slice', 34, 'Stage slice must be between 1 and 33 percent inclusive.'],
    ['contract.consensus.threshold', 0, 'Threshold must be between 1 and 100 percent inclusive.'],
    ['contract.consensus.mode', 'open', 'Invalid consensus flag configured. Valid values: public|private'],
    ['contract.npl.mode', '', 'Invalid npl flag configured. Valid values: public|private'],
    ['mesh.known_peers', ['node1'], 'Invalid peer: node1'],
    ['mesh.known_peers', ['node1:1', 'a:b:1'], 'Invalid peer: a:b:1'],
    ['mesh.known_peers', ['node1:0'], 'Invalid peer: node1:0'],
    ['mesh.known_peers', ['node1:65536'], 'Invalid peer: node1:65536'],
    ['mesh.max_connections', 3, 'Invalid configuration values: mesh max_known_connections count should not exceed mesh max_connections.'],
    ['user.concurrent_read_requests', 33, 'User concurrent_read_requests cannot exceed 32'],
    ['log.log_level', 'info', 'Invalid loglevel configured. Valid values: dbg|inf|wrn|err'],
    ['hpfs.log.log_level', '', 'Invalid hpfs loglevel configured. Valid values: dbg|inf|wrn|err'],
    ['log.loggers', ['file', 'syslog'], 'Invalid logger. Valid values: console|file'],
  ])('%s = %j', (path, value, message) => {
    const { lines, path: reported, kind } = refusal(withField(path, value));
    expect(lines).toEqual([message]);
    expect(reported?.split('.')[0]).toBe(path.split('.')[0]);
    expect(kind).toBe(/^(Config validation error|Required)/.test(message) ? 'field' : 'rule');
  });

  test('values that are zero or empty are reported together', () => {
    const json = ['mesh.port', 'user.port'].reduce((config, path) => withField(path, 0, config), withField('log.log_level', '', withField('log.loggers', [])));
    expect(refusal(json).lines).toEqual([
      'Invalid value for mesh port.', 'Invalid value for user port.', 'Invalid value for loglevel.', 'Invalid value for loggers.',
      `Invalid configuration values at ${FILE}`,
    ]);
  });

  test.each(['', '{', '{"a":1,}', '{ /* comment */ }', '[]', 'null'])('no JSON object: %s', (text) => {
    expect(() => parseConfig(text, FILE)).toThrow(/^Invalid config file format\. ./);
  });
});

describe('numbers', () => {
  test('too large or negative ones are refused where hpcore would truncate', () => {
    expect(refusal(withField('mesh.port', 70_000)).lines).toEqual([field("'port' must be between 1 and 65535", 'mesh')]);
    expect(refusal(withField('mesh.idle_timeout', 2 ** 32)).lines).toEqual([field("'idle_timeout' must be between 0 and 4294967295", 'mesh')]);
    expect(refusal(withField('user.max_bytes_per_msg', 2 ** 53)).path).toBe('user.max_bytes_per_msg');
    expect(refusal(withField('user.max_bytes_per_msg', -1)).path).toBe('user.max_bytes_per_msg');
    expect(refusal(withField('user.port', '0')).path).toBe('user.port');
  });

  test('are coerced as hpcore does', () => {
    const json = ['user.listen', 'contract.execute'].reduce((config, path, i) => withField(path, i, config), withField('user.port', '8081', withField('contract.version', 2)));
    const { user, contract } = readConfig(json, FILE);
    expect([user.listen, contract.execute, user.port, contract.version]).toEqual([false, true, 8081, '2']);
  });

  test('the largest allowed ones are accepted', () => {
    const json = withField('contract.consensus', { mode: 'public', roundtime: 3_600_000, stage_slice: 33, threshold: 100 }, withField('user.concurrent_read_requests', 32));
    expect(readConfig(json, FILE).contract.consensus.roundtime).toBe(3_600_000);
  });
});

test('keys and lists get their canonical form', () => {
  const json = withField('contract.unl', ['EDFF', 'ed01', 'edff'], withField('node.public_key', keys.publicKey.toUpperCase(), withField('mesh.known_peers', ['b:0080', 'a:9'])));
  const { node, contract, mesh } = readConfig(json, FILE);
  expect(node.public_key).toBe(keys.publicKey);
  expect(contract.unl).toEqual(['ed01', 'edff']);
  expect(mesh.known_peers).toEqual(['a:9', 'b:80']);
});

test('rekey can read a file with wrong keys, but nothing else that is wrong', () => {
  const text = JSON.stringify(withField('node.private_key', ''));
  expect(parseConfigExceptKeys(text, FILE).node.private_key).toBe('');
  expect(() => parseConfigExceptKeys(JSON.stringify(withField('mesh.port', 0)), FILE)).toThrow('Invalid value for mesh port.');
});

test('max_known_connections up to max_connections', () => {
  const both = (max: number, known: number): JsonObject => withField('mesh.max_connections', max, withField('mesh.max_known_connections', known));
  expect(readConfig(both(3, 3), FILE).mesh.max_known_connections).toBe(3);
  expect(refusal(both(3, 4)).path).toBe('mesh.max_known_connections');
});

test('run_as', () => {
  expect(parseRunAs('1000:50')).toEqual({ uid: 1000, gid: 50 });
  for (const wrong of ['', '1', '1:0', '1:-2', '1:2:3', 'a:b', '1:4294967296']) expect(parseRunAs(wrong)).toBeUndefined();
});

describe('mergeOverride', () => {
  test.each<[JsonObject, JsonObject, JsonObject]>([
    [{ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 9, e: 4 } }, { a: { b: 9, c: 2, e: 4 }, d: 3 }],
    [{ a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
    [{ a: { b: 1 } }, { a: null }, { a: null }],
    [{ a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
    [{ a: { b: 1 } }, { a: [] }, { a: [] }],
    [{ a: 1 }, {}, { a: 1 }],
  ])('%j * %j', (config, override, merged) => {
    expect(mergeOverride(config, override)).toEqual(merged);
  });

  test('an override is no way into prototypes', () => {
    const merged = mergeOverride({ a: {} }, JSON.parse('{"__proto__":{"polluted":1},"a":{"constructor":{"prototype":{"polluted":1}}}}') as JsonObject);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect((merged as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.keys(merged)).toEqual(['a', '__proto__']);
  });

  test('makes the configuration that templates ask for', () => {
    const config = readConfig(mergeOverride(base, { contract: { bin_path: '/usr/bin/node', bin_args: 'index.js' } }), FILE);
    expect(config.contract).toMatchObject({ bin_path: '/usr/bin/node', bin_args: 'index.js', id: 'id' });
  });
});
