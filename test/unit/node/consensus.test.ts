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

describe('a node alone in its UNL, with eager rounds', () => {
  const ONE: Partial<ConsensusConfig> = { unl: [own!.publicKey], roundTime: 2000 };
  const RAN = { stateHash: ZERO_HASH, patchHash: ZERO_HASH, outputs: [] };
  const types = (effects: readonly Effect[]): string[] => effects.map(({ type }) => type).filter((type) => ['nup', 'propose', 'commit', 'accept', 'deliver', 'run', 'applyPatch', 'stopped'].includes(type));
  const ledgerOf = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.type === 'commit' ? effect.closing.ledger : [])).at(-1);
  /** The next round time, the run done. */
  const round = (node: Alone): Effect[] => {
    const effects = node.wake();
    node.step({ type: 'ran', outcome: RAN });
    return effects;
  };
  function eager(config: Partial<ConsensusConfig> = ONE): Alone {
    const node = new Alone(config);
    node.step({ type: 'rounds', mode: 'eager' });
    round(node);
    return node;
  }

  it('makes a ledger of an input at once, and starts a round for what the contract says about it, 20 ms after the last', () => {
    const node = eager();
    node.now += 300.5;
    const { signed } = input(1);
    const first = node.step({ type: 'input', input: signed });
    expect(types(first)).toEqual(['nup', 'propose', 'propose', 'propose', 'propose', 'commit', 'accept', 'run']);
    expect(ledgerOf(first)?.time).toBe(Math.floor(node.now));
    node.step({ type: 'users', users: [signed.pubkey] });
    node.now += 10;
    expect(types(node.step({ type: 'ran', outcome: { ...RAN, outputs: [{ pubkey: signed.pubkey, messages: [Buffer.from('done')] }] } }))).toEqual([]);
    const before = node.now;
    const second = node.wake();
    expect(node.now).toBe(before + 10);
    expect(types(second)).toEqual(['nup', 'propose', 'propose', 'nup', 'propose', 'propose', 'commit', 'deliver', 'run']);
    // Nothing waits any more: the next one is that of the round time.
    node.step({ type: 'ran', outcome: RAN });
    expect(types(round(node))).toContain('commit');
    expect(node.now % 1).toBe(0);
    const idle = node.now;
    expect(types(round(node))).toContain('commit');
    expect(node.now - idle).toBe(2_000);
  });

  it('starts no round for an output whose user is gone, nor where it has no voice', () => {
    const node = eager();
    node.now += 300;
    const outputs = [{ pubkey: input(1).signed.pubkey, messages: [Buffer.from('done')] }];
    node.wake();
    const effects = node.step({ type: 'ran', outcome: { ...RAN, outputs } });
    node.now += 500;
    expect(types([...effects, ...node.step({ type: 'users', users: [] })])).toEqual([]);
    const follower = eager({ unl: others.map(({ publicKey }) => publicKey) });
    follower.now += 300;
    expect(types(follower.step({ type: 'input', input: input(2).signed }))).toEqual(['nup']);
  });

  it('goes on with the round time that a patch of the contract sets', () => {
    const node = eager();
    node.now += 300;
    node.step({ type: 'input', input: input(1).signed });
    const patch = { unl: [own!.publicKey], threshold: 80, roundTime: 600, stageSlice: 25, maxInputLedgerOffset: 10, userInputBytes: 0 };
    node.step({ type: 'ran', outcome: { ...RAN, patchHash: '0e'.repeat(32), patch } });
    expect(types(node.wake())).toContain('applyPatch');
    node.step({ type: 'ran', outcome: RAN });
    round(node);
    const idle = node.now;
    round(node);
    expect([node.view.roundTime, node.now - idle]).toEqual([600, 600]);
  });

  it('makes ledgers without running anything where execution is off, no faster', () => {
    const node = eager({ ...ONE, execute: false });
    node.now += 300;
    expect(types(node.step({ type: 'input', input: input(1).signed }))).toEqual(['nup', 'propose', 'propose', 'propose', 'propose', 'commit', 'accept']);
    const after = node.now;
    expect(types(node.step({ type: 'input', input: input(2).signed }))).toEqual(['nup']);
    expect(types(node.wake())).toContain('accept');
    expect(node.now - after).toBe(20);
  });

  it('stops between two rounds, and in one', () => {
    expect(types(eager().step({ type: 'stop' }))).toEqual(['stopped']);
    const node = eager({ unl: [own!.publicKey, others[0]!.publicKey] });
    node.wake();
    const stopped = node.step({ type: 'stop' });
    expect(types(stopped)).toEqual(['stopped']);
    expect(types(node.step({ type: 'input', input: input(1).signed }))).toEqual(['nup']);
  });

  it('goes back to the grid', () => {
    const node = eager();
    node.now += 300;
    node.step({ type: 'rounds', mode: 'grid' });
    expect(types(node.step({ type: 'input', input: input(1).signed }))).toEqual(['nup']);
    const effects = [1, 2, 3, 4, 5].flatMap(() => node.wake());
    expect(types(effects)).toEqual(['propose', 'propose', 'propose', 'propose', 'commit', 'accept', 'run']);
    const stage = node.now;
    node.step({ type: 'ran', outcome: RAN });
    node.wake();
    expect(node.now - stage).toBe(500);
  });
});
