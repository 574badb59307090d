import { describe, expect, it } from 'vitest';
import { ZERO_HASH } from '../../../src/hotpocket/hash';
import { GENESIS } from '../../../src/hotpocket/ledger';
import { sign, verify } from '../../../src/hotpocket/keys';
import { Consensus } from '../../../src/node/consensus/consensus';
import type { ConsensusConfig, Effect } from '../../../src/node/consensus/types';
import { input, nodeKeys } from './support/proposals';

// Single nodes, without a cluster: what the simulation does not look at.

const [own, ...others] = nodeKeys;
const CONFIG: ConsensusConfig = {
  contractId: 'c', publicKey: own!.publicKey, role: 'validator', execute: true, unl: nodeKeys.map(({ publicKey }) => publicKey),
  threshold: 80, roundTime: 1000, stageSlice: 25, maxInputLedgerOffset: 10, userInputBytes: 0,
};

class Alone {
  now = 1_700_000_000_000;
  private due = 0;
  private readonly consensus: Consensus;

  constructor(config: Partial<ConsensusConfig> = {}) {
    this.consensus = new Consensus(
      { ...CONFIG, ...config },
      { last: GENESIS, stateHash: ZERO_HASH, patchHash: ZERO_HASH, recent: [], outputs: [] },
      { sign: (message) => sign(message, own!.privateKey), verify, randomBytes: (size) => new Uint8Array(size) },
    );
    this.step({ type: 'start' });
  }

  get view() {
    return this.consensus.view;
  }

  step(event: Parameters<Consensus['step']>[0]): Effect[] {
    const effects = this.consensus.step(event, this.now);
    for (const effect of effects) if (effect.type === 'wake') this.due = effect.at;
    return effects;
  }

  /** To the next time it asked for. */
  wake(): Effect[] {
    this.now = this.due;
    return this.step({ type: 'wake' });
  }

  /** Until it votes in vain, as it does once a round. */
  unreliableRound(): Effect[] {
    const effects: Effect[] = [];
    do effects.push(...this.wake());
    while (!effects.some((effect) => effect.type === 'votes'));
    return effects;
  }
}

const lines = (effects: readonly Effect[]): string[] => effects.flatMap((effect) => (effect.type === 'log' && effect.level !== 'dbg' ? [effect.message] : []));

describe('a node', () => {
  it('sends inputs on at once, and not only at stages 0 and 2 (decided difference d)', () => {
    const { signed } = input(1);
    const effects = new Alone().step({ type: 'input', input: signed });
    expect(effects).toEqual([{ type: 'nup', nup: { users: [signed.pubkey], inputs: [signed] } }]);
  });

  it('adopts the time config of most others after five rounds in which it was alone', () => {
    const node = new Alone();
    for (const [i, { publicKey }] of others.entries()) node.step({ type: 'peerTimeConfig', pubkey: publicKey, timeConfig: i === 0 ? 100_025 : 200_030 });
    const alone = 'Not enough peers proposing to perform consensus. votes:1 needed:4';
    for (let round = 1; round < 5; round++) expect(lines(node.unreliableRound())).toEqual([alone]);
    const effects = node.unreliableRound();
    expect(lines(effects)).toEqual([alone, 'New time config detected:200030 previous:100025']);
    expect(effects).toContainEqual({ type: 'timeConfig', roundTime: 2000, stageSlice: 30 });
    expect(node.view).toMatchObject({ roundTime: 2000, timeConfig: 200_030 });
    for (let round = 1; round <= 6; round++) expect(lines(node.unreliableRound())).toEqual([alone]);
  });

  it.each<[string, Partial<ConsensusConfig>]>([
    ['that is an observer', { role: 'observer' }],
    ['that is not in the UNL', { unl: others.map(({ publicKey }) => publicKey) }],
  ])('%s proposes nothing, and does not count itself', (_, config) => {
    const node = new Alone(config);
    const effects = [...node.unreliableRound(), ...node.unreliableRound()];
    expect(effects.some((effect) => effect.type === 'propose')).toBe(false);
    expect(lines(effects).every((line) => line.startsWith('Not enough peers proposing to perform consensus. votes:0 needed:'))).toBe(true);
    // What its users hand in goes to the others all the same.
    const { signed } = input(1);
    expect(node.step({ type: 'input', input: signed })).toContainEqual({ type: 'nup', nup: { users: [signed.pubkey], inputs: [signed] } });
  });
});
