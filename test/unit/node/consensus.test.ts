import { describe, expect, it } from 'vitest';
import { ZERO_HASH, type Hex } from '../../../src/hotpocket/hash';
import { GENESIS, makeLedger } from '../../../src/hotpocket/ledger';
import { sign, verify } from '../../../src/hotpocket/keys';
import { Consensus } from '../../../src/node/consensus/consensus';
import type { ConsensusConfig, Effect } from '../../../src/node/consensus/types';
import { input, nodeKeys, proposal } from './support/proposals';

// Single nodes, without a cluster: what the simulation does not look at.

const [own, ...others] = nodeKeys;
const CONFIG: ConsensusConfig = {
  contractId: 'c', publicKey: own!.publicKey, role: 'validator', execute: true, unl: nodeKeys.map(({ publicKey }) => publicKey),
  threshold: 80, roundTime: 1000, stageSlice: 25, maxInputLedgerOffset: 10, userInputBytes: 0,
};

const EMPTY = { time: 1, stateHash: ZERO_HASH, configHash: ZERO_HASH, nonce: '01'.repeat(32), users: [], outputHash: ZERO_HASH };

class Alone {
  now = 1_700_000_000_000;
  /** When it last proposed. */
  proposedAt = 0;
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

  activeOn(key: Hex): number {
    return this.consensus.activeOn(key);
  }

  step(event: Parameters<Consensus['step']>[0]): Effect[] {
    const effects = this.consensus.step(event, this.now);
    for (const effect of effects) {
      if (effect.type === 'wake') this.due = effect.at;
      if (effect.type === 'propose') this.proposedAt = this.now;
    }
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

  it('says of inputs that wait here that they are accepted, also where it gets the ledger from others', () => {
    const node = new Alone();
    const [mine, foreign] = [input(1), input(2)];
    node.step({ type: 'input', input: mine.signed });
    const first = { ledger: makeLedger(GENESIS, { ...EMPTY, inputHashes: [mine.inputHash] }), users: [], inputs: [mine.orderedHash] };
    const second = { ledger: makeLedger(first.ledger, { ...EMPTY, inputHashes: [foreign.inputHash] }), users: [], inputs: [foreign.orderedHash] };
    const effects = node.step({ type: 'ledgersSynced', after: 0, entries: [first, second], replaced: [], reverted: [] });
    // Once the ledgers are on disk.
    expect(effects.map(({ type }) => type).filter((type) => type === 'adopt' || type === 'accept')).toEqual(['adopt', 'accept']);
    expect(effects).toContainEqual({ type: 'accept', ledger: first.ledger, inputs: [{ pubkey: mine.signed.pubkey, inputHash: mine.inputHash }] });
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

  it('counts its own time config with the others\', and of equally common ones the smallest', () => {
    const adopts = (config: Partial<ConsensusConfig>, others: readonly number[]): number => {
      const node = new Alone(config);
      for (const [i, timeConfig] of others.entries()) node.step({ type: 'peerTimeConfig', pubkey: nodeKeys[i + 1]!.publicKey, timeConfig });
      for (let round = 1; round <= 5; round++) node.unreliableRound();
      return node.view.timeConfig;
    };
    expect(adopts({}, [200_025])).toBe(100_025);
    expect(adopts({}, [200_025, 200_025])).toBe(200_025);
    expect(adopts({}, [90_025])).toBe(90_025);
    // No configuration could have these.
    for (const wrong of [0, 25, 200_000, 200_034, 360_000_125]) expect(adopts({}, [wrong, wrong])).toBe(100_025);
    // An observer says nothing that would count.
    expect(adopts({ role: 'observer' }, [200_025])).toBe(200_025);
  });

  it('was active itself when it last proposed', () => {
    const node = new Alone();
    expect([node.activeOn(own!.publicKey), node.activeOn(others[0]!.publicKey)]).toEqual([0, 0]);
    node.unreliableRound();
    const { proposedAt } = node;
    expect(proposedAt).toBeGreaterThan(0);
    node.now += 5;
    node.step({ type: 'proposal', proposal: proposal({ keys: others[0]!, time: proposedAt }) });
    expect([node.activeOn(own!.publicKey), node.activeOn(others[0]!.publicKey)]).toEqual([proposedAt, node.now]);
    const observer = new Alone({ role: 'observer' });
    observer.unreliableRound();
    expect(observer.activeOn(own!.publicKey)).toBe(0);
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
