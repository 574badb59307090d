import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codedLine, HotPocketError } from '../../../src/base/errors';
import { troubles as catalogued } from '../../../src/base/troubleErrors';
import { slowness, together } from '../../../src/diagnose/troubles/clusterTroubles';
import { NodeTroubles } from '../../../src/diagnose/troubles/nodeTroubles';
import { explainLine, type Trouble } from '../../../src/diagnose/troubles/recognise';
import { formatLogLine } from '../../../src/hotpocket/logLine';
import { roundOf } from '../../support/rounds';

const repository = resolve(__dirname, '../../..');
const START = Date.parse('2026-01-02T03:04:05.000Z');
const at = (seconds: number, message: string, level: 'inf' | 'wrn' | 'err' = 'inf'): string => `${formatLogLine(new Date(START + seconds * 1000), level, message)}\n`;
const ledger = (seconds: number, seqNo = seconds): string => at(seconds, `****Ledger created**** (lcl:${seqNo}-0123abcd state:0123abcd patch:0123abcd)`);
const codes = (log: NodeTroubles): string[] => log.current.map(({ code }) => code);
const seen = new Set<string>();

function codesOf(text: string): string[] {
  const found = text.split('\n').flatMap((line) => explainLine(line)?.code ?? []);
  for (const code of found) seen.add(code);
  return [...new Set(found)];
}

// What contracts print is what their runtimes print: those that are here are asked.
describe('what a program prints', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tröubles '));
    chmodSync(folder, 0o755);
    const files = {
      'require.js': "require('./not-there')", 'import.mjs': "import 'no-such-library'", 'write.js': "require('fs').writeFileSync('/proc/version', 'x')",
      'write.py': "open('/proc/version', 'w')", 'import.py': 'import no_such_library', 'native.js': "require('./other.node')", 'hand.js': `new (require(${JSON.stringify(join(repository, 'node_modules/hotpocket-nodejs-contract'))}).Contract)().init(() => {})`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'other.node'), 'no library at all '.repeat(1000));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const python = spawnSync('python3', ['--version']).status === 0;
  const script = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
  /** As somebody who may not do everything. */
  const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const printed = (program: string, ...args: string[]): string => {
    const { stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', ...unprivileged });
    return stdout + stderr;
  };

  it.each([
    ['a file that is not there', ['missing.js'], 'CONTRACT_MODULE_NOT_FOUND', 'missing.js'],
    ['a module that is not there', ['require.js'], 'CONTRACT_MODULE_NOT_FOUND', './not-there'],
    ['a library that is not there', ['import.mjs'], 'CONTRACT_MODULE_NOT_FOUND', 'no-such-library'],
    ['a native module of another kind', ['native.js'], 'CONTRACT_MODULE_UNLOADABLE', 'other.node'],
    ['a file that it may not write', ['write.js'], 'CONTRACT_PERMISSION_DENIED', '/proc/version'],
  ])('Node.js: %s', (_, args, code, names) => {
    const text = printed(process.execPath, ...args);
    expect(codesOf(text)).toEqual([code]);
    expect(text.split('\n').map((line) => explainLine(line)?.message).find(Boolean)).toContain(names);
  });

  it.runIf(python).each([
    ['a file that is not there', ['missing.py'], 'CONTRACT_MODULE_NOT_FOUND'],
    ['a library that is not there', ['import.py'], 'CONTRACT_MODULE_NOT_FOUND'],
    ['a file that it may not write', ['write.py'], 'CONTRACT_PERMISSION_DENIED'],
  ])('Python: %s', (_, args, code) => {
    expect(codesOf(printed('python3', ...args))).toEqual([code]);
  });

  it.runIf(script)('a contract that was started by hand', () => {
    expect(codesOf(printed('script', '-qc', `'${process.execPath}' hand.js`, '/dev/null').replaceAll('\r', ''))).toEqual(['CONTRACT_NOT_VIA_HOTPOCKET']);
  });

  it('may be anything else', () => {
    for (const text of ['', 'hello', 'Error: no', 'the module was not found', `${'x'.repeat(100_000)}EACCES`, at(1, 'Cannot find module'), at(1, "Contract: Cannot find module 'x'")]) expect(codesOf(text)).toEqual([]);
    const file = openSync(process.execPath, 'r');
    const bytes = Buffer.alloc(1_000_000);
    readSync(file, bytes);
    closeSync(file);
    // Of its own, however busy the machine is.
    const before = process.cpuUsage();
    codesOf(bytes.toString('latin1'));
    codesOf(`Error: ${'invalid '.repeat(200_000)}`);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2_000);
  });
});

it('files of a contract are named as their author knows them', () => {
  expect(explainLine("Error: Cannot find module '/home/me/.hotpocket/clusters/default/node1/contract_fs/seed/state/lib/index.js'")?.message).toBe("The contract does not find 'lib/index.js'.");
  expect(explainLine("Error: EACCES: permission denied, open '/contract/contract_fs/mnt/ro_1/state/a.txt'")?.message).toContain("'a.txt'");
  expect(explainLine("Error: EACCES: permission denied, open '/etc/a'")?.message).toContain("'/etc/a'");
});

describe('what a node says', () => {
  it.each([
    ['2: Contract process execve() failed.\n', 'CONTRACT_NOT_STARTED'],
    ['13: Contract process execve() failed. (rdonly)\n', 'CONTRACT_NOT_STARTED'],
    ['    at contract (/home/me/.hotpocket/clusters/default/node1/contract_fs/seed/state/index.js:524:28)\n', 'CONTRACT_PRINTED_ERROR'],
    ['    at /contract/contract_fs/mnt/rw/state/lib/a b.js:401:42\n', 'CONTRACT_PRINTED_ERROR'],
    ['  File "/contract/contract_fs/mnt/rw/state/contract.py", line 3, in <module>\n', 'CONTRACT_PRINTED_ERROR'],
    ['1: Contract process setgid/uid failed.\n', 'CONTRACT_NOT_STARTED'],
    ['22: Failed to set contract process resource limits.\n', 'CONTRACT_NOT_STARTED'],
    [at(1, "CONTRACT_BINARY_MISSING: The contract's program /x does not exist. Set it.", 'err'), 'CONTRACT_BINARY_MISSING'],
    [at(1, codedLine(new HotPocketError('CONTRACT_RUNS_LONG', { ledger: 1, seconds: 6, timeoutMs: 0 })), 'wrn'), 'CONTRACT_RUNS_LONG'],
    [at(1, codedLine(new HotPocketError('CONTRACT_STATE_DIFFERS', { ledger: 1, mine: 'a', theirs: 'b', states: 'c' })), 'wrn'), 'CONTRACT_STATE_DIFFERS'],
    [at(1, 'Contract process timeout of 600ms exceeded.'), 'CONTRACT_TIMED_OUT'],
    [at(1, 'Contract process ended prematurely. Exit code 0', 'wrn'), 'CONTRACT_ENDED_BY_SIGNAL'],
    [at(1, 'Contract process (rdonly) ended prematurely. Exit code 0', 'wrn'), 'CONTRACT_ENDED_BY_SIGNAL'],
    [at(1, 'Contract process ended prematurely. (read_req) Exit code 0', 'wrn'), 'CONTRACT_ENDED_BY_SIGNAL'],
    [at(1, 'Post-exec script ended prematurely. Exit code:1', 'err'), 'POST_EXEC_FAILED'],
    [at(1, "Consensus output hash didn't match our output hash.", 'wrn'), 'OUTPUT_DIFFERS'],
    [at(1, 'Not enough peers proposing to perform consensus. votes:2 needed:3'), 'NOT_ENOUGH_PEERS'],
    [at(1, 'No consensus on last shard hash. Possible fork condition. won:2 needed:3'), 'POSSIBLE_FORK'],
    [at(1, 'Cannot close ledger. Possible fork condition. won:1 needed:3'), 'POSSIBLE_FORK'],
    [at(1, 'Fork: ledger 8 was 8-0123abcd here and is 8-abcd0123 in consensus. Taking back 1 of our ledgers.'), 'LEDGERS_TAKEN_BACK'],
    [at(1, 'User hpws server creation failed. EADDRINUSE address already in use Port: 8081', 'err'), 'USER_PORT_FAILED'],
    [at(1, 'Peer hpws server creation failed. listen EADDRINUSE Port: 22861', 'err'), 'PEER_PORT_FAILED'],
    [`node 2 | ${at(1, 'Contract process timeout of 600ms exceeded.')}`, 'CONTRACT_TIMED_OUT'],
  ])('%s', (line, code) => {
    expect(codesOf(line)).toEqual([code]);
    const explained = explainLine(line.trimEnd());
    expect(explained?.message).not.toContain('undefined');
    expect(/^CONTRACT_(?:BINARY|RUNS_LONG|STATE)/.test(code) || explained?.remedy !== '').toBe(true);
  });
});

describe('a node', () => {
  const missing = "Error: Cannot find module '/x/index.js'\n";

  it('is in a trouble until some ledgers, and some time, went without it', () => {
    const log = new NodeTroubles();
    for (let n = 1; n <= 4; n++) log.text(ledger(2 * n) + missing);
    expect(codes(log)).toEqual(['CONTRACT_MODULE_NOT_FOUND']);
    for (let n = 5; n <= 9; n++) log.text(ledger(2 * n));
    expect(codes(log)).toEqual(['CONTRACT_MODULE_NOT_FOUND']);
    expect(log.text(ledger(20))).toBe(true);
    expect(codes(log)).toEqual([]);
    // Eager rounds are no longer than this.
    log.text(missing);
    for (let n = 1; n <= 20; n++) log.text(ledger(20 + n / 10, 20 + n));
    expect(codes(log)).toEqual(['CONTRACT_MODULE_NOT_FOUND']);
  });

  it('says what is news, also in pieces of lines', () => {
    const log = new NodeTroubles();
    expect([log.text(missing.slice(0, 20)), log.text(missing.slice(20)), log.text(missing), log.text(ledger(1)), log.text("Cannot find module 'y'\n")]).toEqual([false, true, false, false, true]);
    log.forget();
    expect(codes(log)).toEqual([]);
  });

  it('has enough peers again with the next ledger', () => {
    const log = new NodeTroubles();
    const few = at(2, 'Not enough peers proposing to perform consensus. votes:2 needed:3');
    // One round is no trouble.
    log.text(ledger(1) + few + ledger(3) + few);
    expect(codes(log)).toEqual([]);
    log.text(few);
    expect(codes(log)).toEqual(['NOT_ENOUGH_PEERS']);
    log.text(ledger(5));
    expect(codes(log)).toEqual([]);
  });

  it('that starts is in the trouble it was in until it is up', () => {
    const log = new NodeTroubles();
    const start = at(1, 'HotPocket 0.6.4');
    const taken = at(2, 'Peer hpws server creation failed. listen EADDRINUSE Port: 22861', 'err');
    for (let i = 0; i < 3; i++) {
      log.text(start);
      if (i > 0) expect(codes(log)).toEqual(['PEER_PORT_FAILED']);
      log.text(taken);
      expect(codes(log)).toEqual(['PEER_PORT_FAILED']);
    }
    log.text(start + at(3, 'Started listening for user connections on 8081'));
    expect(codes(log)).toEqual([]);
  });

  it('may take over a state now and then, but not again and again', () => {
    const log = new NodeTroubles();
    const target = at(1, 'Hpfs cont sync: Target added. Hash:0123abcd /state');
    log.text(target + ledger(2) + target + ledger(4));
    expect(codes(log)).toEqual([]);
    expect(log.text(target)).toBe(true);
    expect(codes(log)).toEqual(['STATE_DIFFERS']);
    seen.add('STATE_DIFFERS');
  });
});

describe('what is measured', () => {
  it('is that the contract is too slow for its rounds', () => {
    const slow = (count: number) => Array.from({ length: count }, (_, i) => roundOf(i + 1, { phases: { run: 400 }, budgetMs: 300, roundTime: 2000 }));
    expect(slowness(slow(4))).toBeUndefined();
    expect(slowness(slow(5))).toMatchObject({ code: 'CONTRACT_TOO_SLOW', severity: 'problem' });
    expect(slowness([...slow(5), ...Array.from({ length: 5 }, (_, i) => roundOf(i + 1, { phases: { run: 10 }, budgetMs: 300, roundTime: 2000 }))])).toBeUndefined();
    seen.add('CONTRACT_TOO_SLOW');
  });
});

describe('a cluster', () => {
  const trouble = (code: string, severity: Trouble['severity'] = 'problem'): Trouble => ({ code: code as Trouble['code'], severity, message: code, remedy: 'r', details: {} });

  it('has each trouble once, with the nodes that are in it, the worst first', () => {
    const all = together(new Map([[2, [trouble('CONTRACT_ENDED_BY_SIGNAL', 'note'), trouble('OUTPUT_DIFFERS')]], [1, [trouble('OUTPUT_DIFFERS')]]]));
    expect(all.map(({ code, nodes }) => `${code} ${nodes.join()}`)).toEqual(['OUTPUT_DIFFERS 1,2', 'CONTRACT_ENDED_BY_SIGNAL 2']);
  });

  it('goes on with the next ledger when a long run is over', () => {
    const log = new NodeTroubles();
    log.text(at(1, codedLine(new HotPocketError('CONTRACT_RUNS_LONG', { ledger: 1, seconds: 6, timeoutMs: 0 })), 'wrn'));
    expect(log.current).toMatchObject([{ code: 'CONTRACT_RUNS_LONG', severity: 'problem' }]);
    log.text(ledger(9));
    expect(log.current).toEqual([]);
  });

  it('says why a contract ended rather than how', () => {
    const all = together(new Map([[1, [trouble('CONTRACT_EXIT_CODE', 'warning'), trouble('CONTRACT_MODULE_NOT_FOUND')]], [2, [trouble('CONTRACT_EXIT_CODE', 'warning')]]]));
    expect(all.map(({ code, nodes }) => `${code} ${nodes.join()}`)).toEqual(['CONTRACT_MODULE_NOT_FOUND 1,2']);
  });

  it('says why a program cannot be started where a node does', () => {
    const all = together(new Map([[1, [trouble('CONTRACT_NOT_STARTED')]], [2, [trouble('CONTRACT_NOT_STARTED'), trouble('CONTRACT_BINARY_MISSING')]]]));
    expect(all.map(({ code, nodes }) => `${code} ${nodes.join()}`)).toEqual(['CONTRACT_BINARY_MISSING 1,2']);
  });
});

it('every known failure is recognised here', () => {
  expect(Object.keys(catalogued).filter((code) => !seen.has(code) && (code !== 'CONTRACT_NOT_VIA_HOTPOCKET' || process.platform === 'linux'))).toEqual([]);
});
