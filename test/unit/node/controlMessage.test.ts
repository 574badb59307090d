import { describe, expect, it } from 'vitest';
import { carryOutControl } from '../../../src/node/meshSetup';
import { noteLine } from '../../support/said';

// Control messages of contracts (reference 2.5, 2.6, 7.9).

function carryOut(text: string, discovers = false): { changes: unknown[]; log: string[] } {
  const changes: unknown[] = [];
  const log: string[] = [];
  const say = (level: string) => (line: string): void => {
    log.push(`${level} ${line}`);
    noteLine(`${level} ${line}`);
  };
  carryOutControl(text, { changeKnown: (add, remove) => changes.push([add, remove]) }, discovers, { wrn: say('wrn'), err: say('err') });
  return { changes, log };
}

const changeset = (fields: object): string => JSON.stringify({ type: 'peer_changeset', ...fields });

describe('a control message', () => {
  it('changes the peers', () => {
    expect(carryOut(changeset({ add: ['a:1', 'node2:22861'], remove: [] }))).toEqual({ changes: [[['a:1', 'node2:22861'], []]], log: [] });
    expect(carryOut(changeset({ add: [], remove: ['a:1'] }))).toEqual({ changes: [[[], ['a:1']]], log: [] });
    expect(carryOut(changeset({ add: ['a:1'], remove: '*' }))).toEqual({ changes: [[['a:1'], '*']], log: [] });
  });

  it('changes nothing while peers are discovered', () => {
    const warned = { changes: [], log: ['wrn Not allowed to update peers via control msgs, as peer discovery is enabled.'] };
    expect(carryOut(changeset({ add: [], remove: [] }), true)).toEqual(warned);
    expect(carryOut(changeset({}), true)).toEqual(warned);
  });

  it('that is noise stays within a line of the log', () => {
    expect(carryOut('\u001b[2J\r\n\u2028{').log).toEqual([expect.stringMatching(/^err Control json message parsing failed\. [^\p{Cc}\u2028]+$/u)]);
  });

  it.each([
    ['{', expect.stringMatching(/^err Control json message parsing failed\. ./)],
    ['7', "err Control json message 'type' missing or invalid."],
    ['{"type":7}', "err Control json message 'type' missing or invalid."],
    [changeset({ remove: [] }), 'err Extract peers: Invalid array field: add'],
    [changeset({ add: [] }), 'err Extract peers: Invalid array field: remove'],
    [changeset({ add: '*', remove: [] }), 'err Extract peers: Invalid array field: add'],
    [changeset({ add: [], remove: [7] }), 'err Extract peers: Invalid peer entry in field: remove'],
    [changeset({ add: ['a'], remove: [] }), 'err Extract peers: Invalid peer format in field: add'],
    [changeset({ add: ['a:b:1'], remove: [] }), 'err Extract peers: Invalid peer format in field: add'],
    [changeset({ add: ['a:0'], remove: [] }), 'err Extract peers: Invalid peer format in field: add'],
  ])('that is malformed is said to be so: %s', (text, line) => {
    expect(carryOut(text)).toEqual({ changes: [], log: [line] });
  });

  it('of another type means nothing', () => {
    expect(carryOut('{"type":"evolve"}')).toEqual({ changes: [], log: [] });
  });
});
