// Stands in for the node program while the supervisor is tested on its own: same command line, files, ports, lock, log lines, facts and exit
// codes, but no consensus. What it does wrong on purpose is said by fake.json in the contract's state:
//   { "failStart": "text", "crashAfterMs": 100, "ignoreStop": true, "contract": true, "crashOnce": true }
// As long as there is a file `create no node yet` in the home of its user, it makes none.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { tryLock } from '../../src/base/native/flock.ts';
import { formatConfig, newConfig, parseConfig } from '../../src/hotpocket/config/index.ts';
import { generateKeyPair } from '../../src/hotpocket/keys.ts';
import { formatLogLine } from '../../src/hotpocket/logLine.ts';
import { votesNeeded } from '../../src/hotpocket/thresholds.ts';

const [command, dir, ...others] = process.argv.slice(2);
const configFile = join(dir, 'cfg', 'hp.cfg');
const log = (level, message) => console.log(formatLogLine(new Date(), level, message));

if (command === 'new') create(dir);
else if (command === 'create') for (const one of [dir, ...others]) create(one);
else run();

function create(dir) {
  while (existsSync(join(process.env.HOME ?? '', 'create no node yet'))) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  if (existsSync(dir)) {
    console.error('Contract dir already exists. Cannot create contract at the same location.');
    process.exit(255);
  }
  for (const path of ['cfg', 'log', 'contract_fs/seed/state', 'contract_fs/mnt', 'ledger_fs/seed/primary', 'ledger_fs/seed/raw', 'ledger_fs/mnt']) mkdirSync(join(dir, path), { recursive: true });
  writeFileSync(join(dir, 'cfg', 'hp.cfg'), formatConfig(newConfig(generateKeyPair(), randomUUID())), { mode: 0o600 });
  console.log(`Contract directory created at ${dir}`);
}

function run() {
  const lock = tryLock(join(dir, 'cfg'));
  if (lock === 'held') {
    console.error(`Another hpcore instance is already running in directory ${dir}`);
    process.exit(255);
  }
  const { node, contract, user, mesh } = parseConfig(readFileSync(configFile, 'utf8'), configFile);
  const fakeFile = join(dir, 'contract_fs', 'seed', 'state', 'fake.json');
  const fake = existsSync(fakeFile) ? JSON.parse(readFileSync(fakeFile, 'utf8')) : {};
  writeFileSync(join(dir, 'environment.json'), JSON.stringify({ env: process.env, umask: process.umask() }));
  log('inf', 'HotPocket 0.6.4');
  if (fake.failStart) {
    console.error(fake.failStart);
    process.exit(255);
  }
  const stop = (signal, code) => {
    log('wrn', `Interrupt signal (${code}) received.`);
    if (signal === 'SIGTERM' && fake.ignoreStop) return;
    log('wrn', 'hpcore exited due to signal.');
    process.exit(code);
  };
  process.on('SIGTERM', () => stop('SIGTERM', 15));
  process.on('SIGINT', () => stop('SIGINT', 2));
  process.on('disconnect', () => stop('disconnect', 15));
  process.on('message', ({ type, mode, faults }) => {
    if (type === 'rounds') log('inf', `Rounds ${mode}`);
    if (type === 'faults') log('inf', `Faults ${JSON.stringify(faults)}`);
  });

  let ledger = 0;
  const ledgerFile = join(dir, 'ledger_fs', 'seed', 'primary', 'last');
  if (existsSync(ledgerFile)) ledger = Number(readFileSync(ledgerFile, 'utf8'));
  const needed = votesNeeded(contract.consensus.threshold, contract.unl.length);
  createServer().listen(mesh.port, '127.0.0.1', () => {
    createServer().listen(user.port, '127.0.0.1', () => {
      log('inf', `Started listening for user connections on ${user.port}`);
      process.send({ type: 'config', roundTime: contract.consensus.roundtime, threshold: contract.consensus.threshold, needed, unl: contract.unl });
      process.send({ type: 'ready', publicKey: node.public_key, role: node.role, userPort: user.port, peerPort: mesh.port, contractId: contract.id });
      const close = () => {
        ledger++;
        writeFileSync(ledgerFile, String(ledger));
        log('inf', `****Ledger created**** (lcl:${ledger}-00000000 state:00000000 patch:00000000)`);
        process.send({ type: 'vote', status: 'synced', votes: needed, needed, fork: false });
        process.send({ type: 'peers', peers: mesh.known_peers, weaklyConnected: false });
        process.send({ type: 'users', users: [] });
        const run = ledger % 5;
        const phases = { commit: 1, prepare: 0, start: 20, run, finish: 1, hash: 2, record: 1, propose: 5, wait: 70 - run };
        if (ledger > 1) process.send({ type: 'round', round: { ledgerSeqNo: ledger - 1, at: Date.now() - 100, roundTime: 100, budgetMs: 15, totalMs: 100, phases, started: 'read', files: { looked: 3, hashed: 1 }, beside: { keep: 1, snapshot: 1 }, reads: { count: 0, totalMs: 0, longestMs: 0 }, debugged: false } });
        process.send({ type: 'ledger', seqNo: ledger, hash: '0'.repeat(64), stateHash: '', configHash: '', time: Date.now(), inputs: 0, users: 0 });
      };
      close();
      setInterval(close, 100);
      if (fake.contract) {
        const { pid } = spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
        process.send({ type: 'run', phase: 'started', kind: 'consensus', ledgerSeqNo: ledger, pid });
      }
      const crashed = join(dir, 'crashed');
      if (fake.crashAfterMs !== undefined && !(fake.crashOnce && existsSync(crashed))) {
        writeFileSync(crashed, '');
        setTimeout(() => process.exit(1), fake.crashAfterMs);
      }
    });
  });
}
