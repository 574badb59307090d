import { BSON } from 'bson';
import fc, { type Arbitrary } from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HotPocketError } from '../../../src/base/errors';
import { readClusterFile, type ClusterRecord } from '../../../src/cluster/embedded/clusterFile';
import { describeCluster, describeNode } from '../../../src/cluster/embedded/describe';
import { ClockKeeper } from '../../../src/cluster/embedded/supervisor/clockKeeper';
import { ClusterPaths } from '../../../src/cluster/paths';
import { ZERO_HASH } from '../../../src/hotpocket/hash';
import type { FrameFile } from '../../../src/node/ledger/frameFile';
import { FrameLog } from '../../../src/node/ledger/frameLog';
import { readRunRecord } from '../../../src/node/ledger/runRecord';
import { decodeManifest, encodeManifest, manifestHash } from '../../../src/node/state/manifest';
import type { ManifestEntry } from '../../../src/node/state/types';
import { hostileBytes } from '../bytes';
import { target, type FuzzTarget, type Verdict } from '../target';
import { hostileJson } from '../values';

// Files that were damaged, or written by somebody else.

function onFile(name: string, share: number, messages: Arbitrary<Buffer>, judge: (file: string) => Verdict | Promise<Verdict>): FuzzTarget {
  return target<Buffer>({
    name,
    share,
    messages,
    open: () => {
      const folder = mkdtempSync(join(tmpdir(), 'hotpocket files '));
      const file = join(folder, 'file');
      return {
        take: (bytes) => {
          writeFileSync(file, bytes);
          return judge(file);
        },
        close: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  });
}

const record: ClusterRecord = {
  format: 1, name: 'default', contractId: 'c', contractPath: '/x', rounds: 'eager', deploying: true,
  nodes: [1, 2].map((node) => ({ node, publicKey: `ed${'ab'.repeat(32)}`, role: 'validator', userPort: 8080 + node, peerPort: 22860 + node, running: true })),
};
const paths = ClusterPaths.of('/nowhere');
const terms = { roundTime: 1, threshold: 80, unl: [], binPath: '', binArgs: '' };

const clusterFile = onFile('cluster.json', 0.01, fc.oneof(hostileBytes([Buffer.from(JSON.stringify(record, null, 2))]), hostileJson([record])), async (file) => {
  try {
    const found = await readClusterFile(file);
    if (!found) throw new Error('It is there.');
    describeCluster(paths, found, terms, found.nodes.map((node) => describeNode(paths, node, [], { kind: 'stopped' }, {})));
    // What is done with it: names of folders and ports.
    if (!found.nodes.every(({ node, userPort, peerPort, publicKey }) => [node, userPort, peerPort].every((n) => Number.isSafeInteger(n) && n > 0) && typeof publicKey === 'string')) throw new Error('Nodes that are none.');
    return 'accepted';
  } catch (error) {
    if (!(error instanceof HotPocketError) || error.code !== 'CLUSTER_FILE_INVALID') throw error;
    return 'refused';
  }
});

const clock = onFile('clock.json', 0.005, hostileJson([{ behind: 5 }, { behind: 5, heldAt: 1_700_000_000_000 }]), (file) => {
  const keeper = new ClockKeeper(file, { running: () => [], send: () => undefined }, () => undefined);
  keeper.load();
  if (!Number.isFinite(keeper.setting.behind)) throw new Error(`The clock is behind by ${keeper.setting.behind}.`);
  return keeper.setting.behind === 0 ? 'refused' : 'accepted';
});

const run = { ledgerSeqNo: 3, ledgerHash: ZERO_HASH, stateHash: ZERO_HASH, outputs: [{ pubkey: `ed${'ab'.repeat(32)}`, messages: [Buffer.from('x')] }], patch: Buffer.from('{}'), configured: ZERO_HASH };
const runRecord = onFile('run.bson', 0.01, hostileBytes([Buffer.from(BSON.serialize(run))]), (file) => (readRunRecord(file) ? 'accepted' : 'refused'));

const entries: readonly ManifestEntry[] = [{ path: '', type: 'dir', mode: 0o40755 }, { path: 'd', type: 'dir', mode: 0o40755 }, { path: 'd/a', type: 'file', mode: 0o100644, size: 3, blocks: [ZERO_HASH] }];
const stateHash = manifestHash(entries) ?? '';
const manifest = encodeManifest({ hash: stateHash, entries });
const manifests = target<Buffer>({
  name: "states' manifests",
  share: 0.02,
  messages: fc.oneof(hostileBytes([manifest]), hostileJson([JSON.parse(manifest.toString())])),
  open: () => ({ take: (bytes) => (decodeManifest(bytes, stateHash) ? 'accepted' : 'refused') }),
});

/** A file in memory. */
function held(bytes: Buffer): FrameFile {
  let content = bytes;
  return {
    get size() { return content.length; },
    read: (offset, length) => (offset + length <= content.length ? Buffer.from(content.subarray(offset, offset + length)) : undefined),
    append: (more) => void (content = Buffer.concat([content, more])),
    truncate: (size) => void (content = content.subarray(0, size)),
    close: () => undefined,
  };
}

function written(records: readonly string[]): Buffer {
  const file = held(Buffer.alloc(0));
  const log = new FrameLog(file);
  for (const one of records) log.append(Buffer.from(one));
  return file.read(0, file.size) ?? Buffer.alloc(0);
}

const RECORDS = ['first', '', 'x'.repeat(300), 'last'];
const frameLogs = target<Buffer>({
  name: 'logs of records',
  share: 0.02,
  messages: hostileBytes([written(RECORDS)]),
  open: () => ({
    take: (bytes) => {
      const file = held(bytes);
      const log = new FrameLog(file);
      const found = Array.from({ length: log.count }, (_, i) => log.read(i)?.toString());
      // A record that was doubled in place is still one that was written.
      if (!found.every((one) => one !== undefined && RECORDS.includes(one))) throw new Error(`Records that nobody wrote: ${JSON.stringify(found)}`);
      log.append(Buffer.from('more'));
      if (new FrameLog(file).read(found.length)?.toString() !== 'more') throw new Error('What was added is not there.');
      return found.length === RECORDS.length ? 'accepted' : 'refused';
    },
  }),
});

export const files: readonly FuzzTarget[] = [clusterFile, clock, runRecord, manifests, frameLogs];
