import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { contractPaths, newConfig } from '../../../src/hotpocket/config';
import { ZERO_HASH } from '../../../src/hotpocket/hash';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { GENESIS, type Ledger } from '../../../src/hotpocket/ledger';
import { NplRouter } from '../../../src/node/contract/npl';
import { Debugging } from '../../../src/node/debug/debugging';
import { Executions } from '../../../src/node/executions';
import { readRunRecord } from '../../../src/node/ledger/runRecord';
import { RoundProfiler } from '../../../src/node/profile/roundProfiler';
import { StateStore } from '../../../src/node/state/store';
import { until } from '../../process/support/cliCluster';
import { noteLine } from '../../support/said';
import { newFolder } from './stateSupport';

// Runs of the contract whose state cannot be made restorable. A file in the place of the blocks' folder stands for a disk that takes nothing.

let folder: string;
let log: string[];
let state: StateStore;
let executions: Executions;
let configured: Promise<string>;
let askedForConfigured: boolean;
const paths = () => contractPaths(folder);
const recordFile = () => join(paths().contractFs, 'run.bson');
const blocks = () => join(paths().contractFs, 'blocks');
const trace = () => readFileSync(join(paths().state, 'trace.txt'), 'utf8');
const LEDGER: Ledger = { ...GENESIS, seqNo: 1, hash: 'a'.repeat(64), time: 1_700_000_000_000 };

beforeEach(() => {
  folder = newFolder();
  mkdirSync(paths().state, { recursive: true });
  mkdirSync(paths().log, { recursive: true });
  writeFileSync(join(paths().state, 'run.sh'), '#!/bin/sh\necho run >> trace.txt\n', { mode: 0o755 });
  writeFileSync(join(paths().state, 'trace.txt'), '');
  log = [];
  configured = Promise.resolve(ZERO_HASH);
  askedForConfigured = false;
  const keys = generateKeyPair();
  const config = newConfig(keys, 'c');
  const say = (message: string): void => void log.push(message);
  const err = (message: string): void => {
    say(message);
    noteLine(`err ${message}`);
  };
  state = StateStore.open(paths().contractFs);
  executions = new Executions({
    paths: paths(), runRecordFile: recordFile(), state, npl: new NplRouter(keys, () => false, () => false, say), log: { inf: say, wrn: say, err, dbg: say } as never,
    clock: systemClock, debugging: new Debugging(() => undefined), profiler: new RoundProfiler(systemClock, () => undefined),
    config: () => ({ ...config, contract: { ...config.contract, bin_path: 'run.sh', bin_args: '' } }),
    patch: () => Buffer.from('{}'), configured: () => {
      askedForConfigured = true;
      return configured;
    }, activeOn: () => 0, lastSeqNo: () => 1, sendNpl: () => undefined, control: () => undefined,
  });
});
afterEach(async () => {
  await executions.stop();
  rmSync(folder, { recursive: true, force: true });
});

const breakDisk = (): void => {
  renameSync(blocks(), `${blocks()}.away`);
  writeFileSync(blocks(), '');
};
const mendDisk = (): void => {
  rmSync(blocks());
  renameSync(`${blocks()}.away`, blocks());
};

it('a first run begins with a record of what was there before', async () => {
  const before = state.scan().hash;
  executions.stateReplaced(GENESIS, before);
  const ran = await executions.run(LEDGER, []);
  expect([trace(), ran?.stateHash === before, readRunRecord(recordFile())?.ledgerSeqNo]).toEqual(['run\n', false, 1]);
  // Had it been cut short, this is what the next start goes by.
  expect(state.restore(before)).toBe(true);
  expect(trace()).toBe('');
});

it('none begins on a state that cannot be kept', async () => {
  const before = state.scan().hash;
  breakDisk();
  executions.stateReplaced(GENESIS, before);
  await expect(executions.run(LEDGER, [])).rejects.toMatchObject({ code: 'STATE_IO' });
  expect([trace(), log.filter((line) => line.startsWith('Contract state could not be kept')).length]).toEqual(['', 1]);
});

it('one that the disk keeps from starting counts for nothing', async () => {
  executions.stateReplaced(GENESIS, state.scan().hash);
  await until('the record of what was there before', 20_000, () => (existsSync(recordFile()) ? true : undefined));
  rmSync(join(paths().contractFs, 'tmp'), { recursive: true });
  writeFileSync(join(paths().contractFs, 'tmp'), '');
  await expect(executions.run(LEDGER, [])).rejects.toMatchObject({ code: 'STATE_IO' });
  expect([trace(), readRunRecord(recordFile())?.ledgerSeqNo]).toEqual(['', 0]);
  rmSync(join(paths().contractFs, 'tmp'));
});

it('what was completed is recorded before the node ends', async () => {
  executions.stateReplaced(GENESIS, state.scan().hash);
  let save = (): void => undefined;
  configured = new Promise((resolve) => (save = () => resolve(ZERO_HASH)));
  const run = executions.run(LEDGER, []);
  await until('the run to wait for what has to be written before its record', 20_000, () => (askedForConfigured ? true : undefined));
  expect(trace()).toBe('run\n');
  const stopping = executions.stop();
  save();
  await stopping;
  expect([readdirSync(paths().contractFs).filter((name) => name.endsWith('.tmp')), readRunRecord(recordFile())?.ledgerSeqNo]).toEqual([[], 1]);
  await run;
});

it('it is kept at the last moment, as it then is', async () => {
  const before = state.scan().hash;
  breakDisk();
  executions.stateReplaced(GENESIS, before);
  await until('the disk to have failed', 20_000, () => (log.some((line) => line.startsWith('Contract state could not be kept')) ? true : undefined));
  mendDisk();
  rmSync(recordFile(), { force: true });
  await executions.run(LEDGER, []);
  expect(trace()).toBe('run\n');
  expect(state.restore(before)).toBe(true);
});
