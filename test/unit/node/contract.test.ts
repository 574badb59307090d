import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { key, sentTo, user, Workplace } from '../../support/contracts/harness';
import type { ContractRun, RunEvents } from '../../../src/node/contract/types';

/** With hotpocket-nodejs-contract as published, unmodified. */
describe('a contract that uses the JavaScript library', () => {
  let place: Workplace;
  beforeEach(() => void (place = new Workplace()));
  afterEach(() => place.remove());

  it('answers inputs of several users', async () => {
    const users = [user(1, 'a', 'b'), user(2), user(3, 'grüße', 'x'.repeat(10_000))];
    const result = await place.run({ program: { binArgs: place.use('echo.js') }, context: { users } });
    expect(sentTo(result, key(1))).toEqual(['{"echo":"a"}', '{"echo":"b"}']);
    expect(sentTo(result, key(3))).toEqual(['{"echo":"grüße"}', JSON.stringify({ echo: 'x'.repeat(10_000) })]);
    expect(result.outputs.map((o) => o.pubkey)).toEqual([key(1), key(3)]);
    expect(result).toMatchObject({ exitCode: 0, timedOut: false, notStarted: false });
    expect(result.signal).toBeUndefined();
    expect(place.log).toEqual([]);
  });

  it('answers binary inputs', async () => {
    const input = Uint8Array.from({ length: 5000 }, (_, i) => i % 256);
    const result = await place.run({ program: { binArgs: `${place.use('echo.js')}  bson ` }, context: { users: [user(1, input)] } });
    expect(result.outputs[0]?.messages).toEqual([Buffer.concat([Buffer.from('echo '), input])]);
  });

  it('knows its ledger and the UNL', async () => {
    const result = await place.run({ program: { binArgs: place.use('context.js') }, context: { users: [user(1)] } });
    expect(JSON.parse(sentTo(result, key(1))[0] ?? '')).toEqual({
      contractId: '3c349abe-4d70-4f50-9fa6-018f1f2530ab', publicKey: key(1), privateKey: `ed${'5'.repeat(128)}`, readonly: false, timestamp: 1_700_000_002_000,
      lclSeqNo: 12, lclHash: 'a'.repeat(64), unl: [{ publicKey: key(1), activeOn: 1_700_000_001_512 }, { publicKey: key(2), activeOn: 0 }], refused: [],
    });
  });

  it('has neither ledger nor NPL in a read request', async () => {
    const result = await place.run({ program: { binArgs: place.use('context.js') }, context: { users: [user(1, 'q')], readonly: true } });
    const told = JSON.parse(sentTo(result, key(1))[0] ?? '') as Record<string, unknown>;
    expect(told).toMatchObject({ readonly: true, timestamp: 0, unl: [], refused: ['NPL messages not available in readonly mode.', 'NPL messages not available in readonly mode.'] });
    expect(told).not.toHaveProperty('lclSeqNo');
    expect(result.exitCode).toBe(0);
  });

  it('changes peers through the control channel', async () => {
    for (const readonly of [false, true]) {
      const control: string[] = [];
      await place.run({ program: { binArgs: place.use('peers.js') }, context: { readonly } }, { control: (data) => void control.push(Buffer.from(data).toString()) });
      expect(control).toEqual(['{"type":"peer_changeset","add":["localhost:22861","localhost:22862"],"remove":["localhost:22863"]}']);
    }
  });

  it('exchanges NPL messages with another node, and hears its own', async () => {
    const other = new Workplace();
    const runs: ContractRun[] = [];
    const wiredAs = (sender: string): RunEvents => ({ npl: (data) => runs.forEach((run) => run.deliverNpl(sender, data)) });
    for (const [i, at] of [place, other].entries()) {
      runs.push(at.start({ program: { binArgs: `${at.use('nplHello.js')} force` }, context: { users: [user(1)], publicKey: key(i + 1) } }, wiredAs(key(i + 1))));
    }
    for (const run of runs) {
      const result = await run.done;
      expect(JSON.parse(sentTo(result, key(1))[0] ?? '')).toEqual([1, 2].map((i) => `${key(i)} hello from ${key(i)}`));
      expect(result.signal).toBe('SIGINT');
    }
    expect(place.log).toEqual(['wrn Contract process ended prematurely. Exit code 0']);
    other.remove();
  });

  it('that listened to NPL and is not force-terminated runs until exec_timeout, as on the real engine', async () => {
    const run: ContractRun = place.start(
      { program: { binArgs: place.use('nplHello.js'), limits: { execTimeoutMs: 2000 } }, context: { users: [user(1)], unl: [{ pubkey: key(1), activeOn: 0 }] } },
      { npl: (data) => run.deliverNpl(key(1), data) },
    );
    const result = await run.done;
    expect(sentTo(result, key(1))).toEqual([`["${key(1)} hello from ${key(1)}"]`]);
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
  });
});
