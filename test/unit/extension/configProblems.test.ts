import { describe, expect, it } from 'vitest';
import { applyEdits } from 'jsonc-parser';
import { fixes } from '../../../src/extension/config/fixes';
import { preview } from '../../../src/extension/config/preview';
import { problems, type ConfigFile } from '../../../src/extension/config/problems';
import { similar } from '../../../src/extension/config/similar';
import { ConfigError, formatConfig, newConfig } from '../../../src/hotpocket/config';
import { generateKeyPair } from '../../../src/hotpocket/keys';

const found = (json: unknown, file: ConfigFile = 'override') => {
  const text = typeof json === 'string' ? json : JSON.stringify(json, null, 2);
  return problems(text, file).map(({ offset, length, finding }) => ({ at: text.slice(offset, offset + length), ...finding }));
};
/** What the fixes at a text make of it. */
const fixed = (json: object, at: string) => {
  const text = JSON.stringify(json, null, 4);
  return fixes(text, text.indexOf(at) + 1).map(({ kind, to, edits }) => ({ kind, to, json: JSON.parse(applyEdits(text, [...edits])) as unknown }));
};

describe('what the schema does not say about hp.cfg.override', () => {
  it('is nothing where all is well, or where there is no object', () => {
    for (const text of ['{}', '', '[]', '1', '{"contract":', '{"contract":{"bin_path":"/usr/bin/node","consensus":{"roundtime":2000}}}']) expect(found(text)).toEqual([]);
  });

  it('is that a key is in the wrong section, misspelt or unknown', () => {
    expect(found({ contract: { roundtime: 2000, bin_pth: 'x', banana: 1 }, bin_path: 'y', contracts: {} })).toEqual([
      { at: '"roundtime"', kind: 'unknown', name: 'roundtime', home: 'contract.consensus' },
      { at: '"bin_pth"', kind: 'unknown', name: 'bin_pth', meant: 'bin_path' },
      { at: '"banana"', kind: 'unknown', name: 'banana' },
      { at: '"bin_path"', kind: 'unknown', name: 'bin_path', home: 'contract' },
      { at: '"contracts"', kind: 'unknown', name: 'contracts', meant: 'contract' },
    ]);
    // In two sections at least, so it may belong to either.
    expect(found({ max_connections: 3 })).toEqual([{ at: '"max_connections"', kind: 'unknown', name: 'max_connections' }]);
    expect(found({ contract: { mesh: {} } })).toEqual([{ at: '"mesh"', kind: 'unknown', name: 'mesh', home: '' }]);
  });

  it('leaves names of the environment alone', () => {
    expect(found({ contract: { environment: { roundtime: '1', ANY: '2' } } })).toEqual([]);
  });

  it('is that nodes have one of their own', () => {
    expect(found({ user: { port: 8081 }, mesh: { port: 1, known_peers: [] }, contract: { id: 'x' } })).toEqual([
      { at: '"port"', kind: 'perNode', name: 'mesh.port' },
      { at: '"known_peers"', kind: 'perNode', name: 'mesh.known_peers' },
      { at: '"port"', kind: 'perNode', name: 'user.port' },
    ]);
    expect(found(formatConfig(newConfig(generateKeyPair(), 'x')), 'config')).toEqual([]);
  });

  it('is a rule between fields, marked where it can be mended', () => {
    expect(found({ mesh: { max_connections: 2, max_known_connections: 3 } })).toMatchObject([{ at: '3', kind: 'refused', message: /max_known_connections/ }]);
    // The other one keeps its default.
    expect(found({ mesh: { max_connections: 2 } })).toMatchObject([{ at: '"mesh"', kind: 'refused' }]);
    // The schema says this one.
    expect(found({ contract: { consensus: { roundtime: 0 } } })).toEqual([]);
  });
});

describe('fixes', () => {
  it('move a key to its section, beside what is there', () => {
    expect(fixed({ contract: { roundtime: 2000, consensus: { threshold: 60 } } }, '"roundtime"')).toEqual([
      { kind: 'move', to: 'contract.consensus', json: { contract: { consensus: { threshold: 60, roundtime: 2000 } } } },
      { kind: 'remove', to: undefined, json: { contract: { consensus: { threshold: 60 } } } },
    ]);
    expect(fixed({ exec_timeout: 5 }, '"exec_timeout"')[0]).toEqual({ kind: 'move', to: 'contract.round_limits', json: { contract: { round_limits: { exec_timeout: 5 } } } });
    expect(fixed({ contract: { user: { listen: true } } }, '"user"')[0]).toEqual({ kind: 'move', to: '', json: { contract: {}, user: { listen: true } } });
  });

  it('give a key the name that was meant', () => {
    expect(fixed({ contract: { bin_pth: 'x' } }, 'bin_pth')[0]).toEqual({ kind: 'rename', to: 'bin_path', json: { contract: { bin_path: 'x' } } });
  });

  it('give a value its natural type', () => {
    expect(fixed({ contract: { consensus: { roundtime: '2000' } } }, '"2000"')).toEqual([{ kind: 'retype', to: '2000', json: { contract: { consensus: { roundtime: 2000 } } } }]);
    expect(fixed({ contract: { execute: 'false' } }, '"false"')[0]?.json).toEqual({ contract: { execute: false } });
    expect(fixed({ contract: { execute: 1 } }, '1')[0]?.json).toEqual({ contract: { execute: true } });
    expect(fixed({ contract: { version: 2 } }, '2')[0]?.json).toEqual({ contract: { version: '2' } });
    expect(fixed({ log: { loggers: 'file' } }, '"file"')[0]?.json).toEqual({ log: { loggers: ['file'] } });
    expect(fixed({ contract: { consensus: { roundtime: 2000 } } }, '2000')).toEqual([]);
  });

  it('remove what nodes have of their own, and have nothing for a text that is no JSON', () => {
    expect(fixed({ user: { port: 1, listen: true } }, '"port"')).toEqual([{ kind: 'remove', to: undefined, json: { user: { listen: true } } }]);
    expect(fixes('', 0)).toEqual([]);
    expect(fixes('{"contract":', 5)).toEqual([]);
  });
});

describe('a preview', () => {
  const keys = generateKeyPair();
  const config = formatConfig(newConfig(keys, 'contract'));

  it('shows what the override changes, and no keys', () => {
    const { before, after } = preview(config, '{"contract":{"consensus":{"roundtime":3000}}}');
    expect(before).not.toContain(keys.privateKey);
    expect(after).toBe(before.replace('"roundtime": 1000', '"roundtime": 3000'));
    expect(after).not.toBe(before);
    expect(preview(undefined, '{}').before).toContain('"roundtime": 1000');
  });

  it('is refused as the deployment would be', () => {
    expect(() => preview(config, '{"contract":{"consensus":{"roundtime":0}}}')).toThrow(ConfigError);
    expect(() => preview(config, '[]')).toThrow('It is not a JSON object.');
    expect(() => preview(config, '{')).toThrow(SyntaxError);
  });
});

it.each([['bin_pth', 'bin_path'], ['BIN_PATH', 'bin_path'], ['binpath', 'bin_path'], ['xyz', undefined], ['i', 'id']])('%s resembles %s', (name, meant) => {
  expect(similar(name, ['bin_path', 'bin_args', 'id'])).toBe(meant);
});
