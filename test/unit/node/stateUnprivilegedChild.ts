import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../../src/base/errors';
import { loadHash } from '../../../src/hotpocket/hash';
import { finish } from '../../../src/node/state/steps';
import { StateStore } from '../../../src/node/state/store';
import { StateTree } from '../../../src/node/state/tree';
import { randomGenerator } from '../../support/random';
import { allModes, randomChange } from './stateSupport';

/** What a store does for a user whom modes do stop; run by stateUnprivileged.test.ts. Prints what it found as JSON. */
async function main(home: string): Promise<void> {
  await loadHash();
  const contractFs = join(home, 'contract fs ü');
  const state = join(contractFs, 'seed', 'state');
  let store = StateStore.open(contractFs);
  let peer = StateStore.open(join(home, 'peer'));
  const peerState = join(home, 'peer', 'seed', 'state');
  const next = randomGenerator(7);
  const fresh = (folder: string): string => finish(new StateTree(Buffer.from(folder)).scan()).hash;
  const found = { uid: process.getuid?.(), scans: true, restored: true, applied: true, snapshots: true, writes: [] as (string | undefined)[], hashes: [] as [string, string][] };

  for (let round = 0; round < 25; round++) {
    for (let n = 0; n < 12; n++) randomChange(state, next, allModes);
    // Closed on purpose: a file without read bit in a folder that can be neither listed nor entered.
    chmodSync(state, 0o755);
    mkdirSync(join(state, `closed ${round}`));
    writeFileSync(join(state, `closed ${round}`, 'file'), `${round}`);
    chmodSync(join(state, `closed ${round}`, 'file'), 0);
    chmodSync(join(state, `closed ${round}`), 0);
    const { hash } = store.scan();
    found.scans &&= hash === fresh(state) && hash === store.scan().hash;
    const manifest = await store.keep();
    found.scans &&= hash === fresh(state);

    for (let n = 0; n < 12; n++) randomChange(state, next, allModes);
    if (round % 5 === 0) store = StateStore.open(contractFs);
    found.restored &&= store.restore(hash) && fresh(state) === hash;

    for (let n = 0; n < 12; n++) randomChange(peerState, next, allModes);
    for (const block of peer.plan(manifest).missing) peer.putBlock(block.hash, block.index, store.block(block.hash) ?? Buffer.alloc(0));
    found.applied &&= (await peer.apply(manifest)) && fresh(peerState) === hash;
    if (round % 5 === 0) peer = StateStore.open(join(home, 'peer'));

    const snapshot = await store.snapshot();
    const readable = readFileSync(join(snapshot.dir, `closed ${round}`, 'file'), 'utf8');
    found.snapshots &&= readable === String(round) && readdirSync(snapshot.dir).length > 0 && statSync(snapshot.dir).mode === 0o40555;
    found.writes = [
      () => writeFileSync(join(snapshot.dir, 'new'), ''),
      () => writeFileSync(join(snapshot.dir, `closed ${round}`, 'file'), ''),
      () => mkdirSync(join(snapshot.dir, 'folder')),
      () => writeFileSync(join(snapshot.dir, '..', 'beside'), ''),
    ].map(codeOfFailure);
    randomChange(snapshot.dir, next, allModes);
    snapshot.release();
  }
  found.hashes = [[state, store.scan().hash], [peerState, peer.scan().hash]];
  process.stdout.write(JSON.stringify(found));
}

function codeOfFailure(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return systemCode(error);
  }
}

void main(process.argv[2] ?? '');
