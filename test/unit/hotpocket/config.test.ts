import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyPatch, formatConfig, formatPatch, newConfig, parseConfig, parseConfigExceptKeys, parsePatch, spawnConfig, toPatch } from '../../../src/hotpocket/config';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { patchHash } from '../../../src/hotpocket/stateHash';

/** Files as the real hpcore wrote them; only the private keys are blanked out. */
const recorded = (name: string): string => readFileSync(join(__dirname, 'recorded', name), 'utf8');

const keys = generateKeyPair();
const fresh = newConfig(keys, 'my contract ö');

describe('a new configuration', () => {
  test('is what hpcore writes, byte for byte', () => {
    const publicKey = 'ede2e4c624c5d8658422a28ea8339bf6af5c1720f65782f10bcc4d077a32cf1af5';
    const config = newConfig({ publicKey, privateKey: '<redacted>' }, 'd7242cd5-89f6-4407-a488-d11ecadc52e1');
    expect(formatConfig(config)).toBe(recorded('hpcore-new.hp.cfg'));
  });

  test('is valid, and the same when written and read again', () => {
    expect(parseConfig(formatConfig(fresh), 'hp.cfg')).toEqual(fresh);
  });
});

describe('formatConfig', () => {
  const scrambled = {
    ...fresh,
    hp_version: '0.6.3',
    contract: { ...fresh.contract, unl: ['edff', 'ed0a', 'EDFF'], environment: { b: '2', Ω: 'omega', '\u{1F525}': 'fire', '\uFF5E': 'wave', a: '1' } },
    mesh: { ...fresh.mesh, known_peers: ['node10:5', 'node1:22861', 'node1:5', 'node10:5', 'Z:1'] },
    log: { ...fresh.log, loggers: ['console', 'file', 'console'] as const },
  };

  test('sorts lists and drops doubles', () => {
    const { contract, mesh, log } = JSON.parse(formatConfig(scrambled)) as typeof fresh;
    expect(contract.unl).toEqual(['ed0a', 'edff']);
    // By the bytes of UTF-8, where what lies beyond 0xFFFF comes last; UTF-16 would have it before U+FF5E.
    expect(Object.keys(contract.environment)).toEqual(['a', 'b', 'Ω', '\uFF5E', '\u{1F525}']);
    expect(mesh.known_peers).toEqual(['Z:1', 'node1:5', 'node1:22861', 'node10:5']);
    expect(log.loggers).toEqual(['console', 'file']);
  });

  test('writes the version that runs', () => {
    expect(JSON.parse(formatConfig(scrambled))).toHaveProperty('hp_version', '0.6.4');
  });

  test('restores the order of keys and drops unknown ones', () => {
    const { hp_version, ...rest } = JSON.parse(formatConfig(fresh)) as Record<string, Record<string, unknown>>;
    const shuffled = { extra: 1, ...Object.fromEntries(Object.entries(rest).reverse()), user: { more: [], ...rest['user'] }, hp_version };
    expect(formatConfig(parseConfig(JSON.stringify(shuffled), 'hp.cfg'))).toBe(formatConfig(fresh));
  });
});

describe('patch.cfg', () => {
  test('is written byte for byte as recorded, wherever its values come from', () => {
    const text = recorded('patch.cfg');
    const patch = parsePatch(text);
    expect(formatPatch(patch)).toBe(text);
    const config = applyPatch(fresh, { ...patch, unl: [...patch.unl].reverse() });
    expect(formatPatch(config.contract)).toBe(text);
    expect(formatPatch(toPatch(config.contract))).toBe(text);
  });

  test('does not depend on the form it was written in', () => {
    const { unl, ...rest } = JSON.parse(recorded('patch.cfg')) as { unl: string[] };
    const other = JSON.stringify({ extra: true, unl: [...unl, ...unl].reverse(), ...rest }, null, 2) + '\n';
    const hash = (text: string): string => patchHash(Buffer.from(text));
    expect(hash(other)).not.toBe(hash(recorded('patch.cfg')));
    expect(hash(formatPatch(parsePatch(other)))).toBe(hash(recorded('patch.cfg')));
  });

  test('does not touch id, execute, run_as and log', () => {
    const own = { ...fresh, contract: { ...fresh.contract, execute: false, run_as: '7:8', log: { enable: true, max_mbytes_per_file: 1, max_file_count: 2 } } };
    const { contract } = applyPatch(own, { ...fresh.contract, id: 'other', execute: true, run_as: '', log: fresh.contract.log, version: '2.0' } as never);
    expect(contract).toEqual({ ...own.contract, version: '2.0' });
  });

  test('has the rules of the contract section, and its own words for fields', () => {
    const text = recorded('patch.cfg');
    const refusal = (changed: string): unknown => {
      try {
        return parsePatch(changed);
      } catch (error) {
        return (error as { lines?: unknown }).lines;
      }
    };
    expect(refusal(text.replace('"threshold": 80', '"threshold": 101'))).toEqual(['Threshold must be between 1 and 100 percent inclusive.']);
    expect(refusal(text.replace('"roundtime"', '"round_time"'))).toEqual(["Config validation error: Key 'roundtime' not found in 'contract.consensus' section in patch config"]);
    expect(refusal(text.replace('"version"', '"v"'))).toEqual(["Config validation error: Key 'version' not found in 'contract' section in patch config"]);
    expect(refusal('')).toEqual([expect.stringMatching(/^Invalid config file format\. /)]);
    expect(refusal('[]')).toEqual(['Invalid config file format. Not an object']);
  });
});

test('a spawned node ends up with the recorded configuration', () => {
  // Node 1 of the recorded cluster: the spawned node's file with other keys, ports and peers.
  const redacted = recorded('spawned-node6.hp.cfg').replace('<redacted>', '00');
  const expected = parseConfigExceptKeys(redacted, 'hp.cfg');
  const node1 = {
    ...expected,
    node: { ...expected.node, public_key: 'ed01', private_key: 'ed02' },
    mesh: { ...expected.mesh, port: 22861, known_peers: ['node2:22862'] },
    user: { ...expected.user, port: 8081 },
  };
  const own = newConfig({ publicKey: expected.node.public_key, privateKey: '00' }, 'unused');
  const spawned = spawnConfig(own, node1);
  // Until it has synced the patch, it has the defaults of what is under consensus, but for the UNL.
  expect(toPatch(spawned.contract)).toEqual({ ...toPatch(own.contract), unl: expected.contract.unl });

  const synced = applyPatch(spawned, toPatch(node1.contract));
  const { port, known_peers } = expected.mesh;
  const final = { ...synced, mesh: { ...synced.mesh, port, known_peers }, user: { ...synced.user, port: expected.user.port } };
  expect(formatConfig(final)).toBe(redacted);
});
