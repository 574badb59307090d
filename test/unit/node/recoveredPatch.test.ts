import { describe, expect, it } from 'vitest';
import { applyPatch, formatPatch, newConfig, type HpConfig } from '../../../src/hotpocket/config';
import { GENESIS, type Ledger } from '../../../src/hotpocket/ledger';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { patchHash } from '../../../src/hotpocket/stateHash';
import { recoverPatch } from '../../../src/node/recoveredPatch';

// A patch that was on its way when the node ended (reference 1.6).

const config = newConfig(generateKeyPair(), 'c');
const changed: HpConfig = applyPatch(config, { ...config.contract, environment: { A: 'b' } });
const canonical = (of: HpConfig): Buffer => Buffer.from(formatPatch(of.contract));
const loose = Buffer.from(JSON.stringify(JSON.parse(formatPatch(changed.contract))));
const hashOf = (bytes: Uint8Array): string => patchHash(bytes);
const ledger = (seqNo: number, configHash: string): Ledger => ({ ...GENESIS, seqNo, configHash });
const own = { config, content: canonical(config), hash: hashOf(canonical(config)) };
const record = (ledgerSeqNo: number, patch?: Uint8Array) => ({ ledgerSeqNo, ledgerHash: '', stateHash: '', outputs: [], ...(patch ? { patch, configured: own.hash } : {}) });

describe('a patch', () => {
  it('is what hp.cfg says if the last run changed nothing, or is not known', () => {
    expect(recoverPatch(config, undefined, GENESIS)).toEqual(own);
    expect(recoverPatch(config, record(7), ledger(7, own.hash))).toEqual(own);
    expect(recoverPatch(config, record(7, canonical(config)), ledger(7, own.hash))).toEqual(own);
    // Of a run that is long past, or not of this history.
    expect(recoverPatch(config, record(5, loose), ledger(7, own.hash))).toEqual(own);
    expect(recoverPatch(config, record(8, loose), ledger(7, own.hash))).toEqual(own);
  });

  it('is what hp.cfg says if that was edited since', () => {
    const edited: HpConfig = applyPatch(config, { ...config.contract, environment: { EDITED: 'yes' } });
    const expected = { config: edited, content: canonical(edited), hash: hashOf(canonical(edited)) };
    for (const patch of [canonical(config), loose, Buffer.from('{}')]) {
      for (const configHash of [own.hash, hashOf(patch)]) expect(recoverPatch(edited, record(7, patch), ledger(7, configHash))).toEqual(expected);
    }
  });

  it('still waits for a ledger if none has agreed on it', () => {
    expect(recoverPatch(config, record(7, loose), ledger(7, own.hash))).toEqual({ config, content: loose, hash: hashOf(loose), pending: expect.objectContaining({ environment: { A: 'b' } }) as unknown });
    const invalid = Buffer.from('{}');
    expect(recoverPatch(config, record(7, invalid), ledger(7, own.hash))).toEqual({ config, content: invalid, hash: hashOf(invalid), pending: null });
  });

  it('is in force, in its canonical form, once a ledger has agreed on it, whether or not hp.cfg was written', () => {
    const expected = { config: changed, content: canonical(changed), hash: hashOf(canonical(changed)) };
    for (const before of [config, changed]) {
      for (const seqNo of [7, 8]) expect(recoverPatch(before, record(7, loose), ledger(seqNo, hashOf(loose)))).toEqual(expected);
    }
    expect(recoverPatch(config, record(7, Buffer.from('{}')), ledger(8, hashOf(Buffer.from('{}'))))).toEqual(own);
  });
});
