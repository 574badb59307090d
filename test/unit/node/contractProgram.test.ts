import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { user, Workplace, type RunSpec } from '../../support/contracts/harness';
import { runInHost, type HostRun } from '../../support/contracts/runHost';

const linux = process.platform === 'linux';

describe('the program of a contract', () => {
  let place: Workplace;
  beforeEach(() => void (place = new Workplace()));
  afterEach(() => place.remove());

  const host = (program: RunSpec['program'] & object, context: RunSpec['context'] = {}): HostRun => runInHost(place, [{ program, context }]);

  function expectRefused(run: HostRun, errno: number, code: string, readonly = false): void {
    expect(run.stderr).toBe(`${errno}: Contract process execve() failed.${readonly ? ' (rdonly)' : ''}\n`);
    expect(run.log).toHaveLength(1);
    expect(run.log[0]).toMatch(new RegExp(`^err ${code}: .+\\. .+\\.$`));
    expect(run.results).toMatchObject([{ outputs: [], notStarted: true, timedOut: false }]);
  }

  it('must exist', () => {
    expectRefused(host({ binPath: '/no/such/program' }, { users: [user(1)] }), 2, 'CONTRACT_BINARY_MISSING');
    expectRefused(host({ binPath: 'sh' }, { readonly: true }), 2, 'CONTRACT_BINARY_MISSING', true);
  });

  it('must be a file', () => {
    mkdirSync(join(place.stateDir, 'folder'));
    expectRefused(host({ binPath: 'folder' }), 13, 'CONTRACT_BINARY_NOT_A_FILE');
  });

  it('must be executable', () => {
    expectRefused(host({ binPath: place.write('contract', '#!/bin/sh\n', 0o644) }), 13, 'CONTRACT_BINARY_NOT_EXECUTABLE');
  });

  it('must be executable for the user that runs it', () => {
    expectRefused(host({ binPath: place.write('contract', '#!/bin/sh\n', 0o744), runAs: { uid: 65_534, gid: 65_534 } }), 13, 'CONTRACT_BINARY_NOT_EXECUTABLE');
  });

  it('must be something the kernel can start', () => {
    for (const content of ['', 'echo hello\n', Buffer.from('4d5a90000300000004000000ffff0000', 'hex')]) {
      expectRefused(host({ binPath: place.write('contract', content) }), 8, 'CONTRACT_BINARY_BAD_FORMAT');
    }
  });

  it.skipIf(!linux)('must be built for this machine', () => {
    // The head of an ELF program for IBM's s390.
    const foreign = Buffer.alloc(64);
    foreign.write('7f454c4602020100', 'hex');
    foreign.writeUInt16BE(2, 16);
    foreign.writeUInt16BE(22, 18);
    expectRefused(host({ binPath: place.write('contract', foreign) }), 8, 'CONTRACT_BINARY_BAD_FORMAT');
  });

  it('must have its interpreter', () => {
    const run = host({ binPath: place.write('contract', '#!/no/such/interpreter -x\n') });
    expectRefused(run, 2, 'CONTRACT_INTERPRETER_MISSING');
    expect(run.log[0]).toContain('/no/such/interpreter');
  });

  it('may have any path, relative to the state or not, and be a link', () => {
    const folder = join(place.stateDir, 'mein programm');
    mkdirSync(folder);
    const script = place.write('mein programm/prüfung', '#!/bin/sh\necho "$0"\n');
    symlinkSync(script, join(place.stateDir, 'link'));
    symlinkSync('prüfung', join(folder, 'link'));
    place.write('top', '#!/bin/sh\necho top\n');
    const paths = [script, 'mein programm/link', './top', 'top', join(folder, 'prüfung')];
    const run = runInHost(place, paths.map((binPath) => ({ program: { binPath } })));
    expect(run.results.map((r) => r.exitCode)).toEqual([0, 0, 0, 0, 0]);
    if (linux) expect(run.stdout).toBe(`${script}\nmein programm/link\ntop\ntop\n${join(folder, 'prüfung')}\n`);
    expect(run.stderr).toBe('');
  });

  it('writes straight to the console of the node', () => {
    const run = host({ binPath: place.write('contract', '#!/bin/sh\necho out\necho err >&2\n') });
    expect(run).toMatchObject({ stdout: 'out\n', stderr: 'err\n', log: [] });
  });

  it('named node is run with ours where it does not exist, and this is said once', () => {
    place.write('hello.js', 'console.log("hello", process.version)');
    const program = { binPath: '/no/such/node', binArgs: 'hello.js' };
    const run = runInHost(place, [{ program }, { program }]);
    expect(run.stdout).toBe(`hello ${process.version}\n`.repeat(2));
    expect(run.log).toEqual([`inf Contract binary /no/such/node does not exist on this machine. Using ${process.execPath}`]);
  });

  it('must exist even if it is named node', () => {
    const run = runInHost(place, [{ program: { binPath: '/no/such/node' }, options: { nodeExecutable: '/neither/this/node' } }]);
    expect(run.log[1]).toContain('CONTRACT_BINARY_MISSING');
    expect(run.results[0]?.notStarted).toBe(true);
  });

  it.skipIf(process.getuid?.() !== 0)('may not be run as somebody else by anybody', () => {
    runInHost(place, []);
    for (const folder of [place.root, place.tempDir, join(place.root, 'report.json')]) chmodSync(folder, 0o777);
    const run = runInHost(place, [{ program: { binPath: '/bin/sh', runAs: { uid: 0, gid: 0 } } }], { uid: 65_534 });
    expect(run.stderr).toBe('1: Contract process setgid/uid failed.\n');
    expect(run.log[0]).toMatch(/^err CONTRACT_RUN_AS_REFUSED: .*user 0, group 0/);
    expect(run.results[0]?.notStarted).toBe(true);
  });

  it('is not started when descriptors run out, which ends nothing else', () => {
    const program = { binPath: place.write('contract', '#!/bin/sh\n') };
    const users = Array.from({ length: 100 }, (_, i) => user(i));
    const run = runInHost(place, [...Array.from({ length: 5 }, () => ({ program, context: { users } })), { program, context: { users: users.slice(0, 20) } }], { openFiles: 100 });
    expect(run.results.map((r) => r.notStarted)).toEqual([true, true, true, true, true, false]);
    expect(run.log).toHaveLength(5);
    expect(run.log[0]).toMatch(/^err CONTRACT_START_FAILED: .*EMFILE/);
    expect(run.stderr).toBe('24: Contract process execve() failed.\n'.repeat(5));
  });

  it('leaves nothing open when it is refused', () => {
    const users = Array.from({ length: 20 }, (_, i) => user(i));
    const refused = { program: { binPath: place.write('refused', '#!/no/such/interpreter\n') }, context: { users } };
    const fine = { program: { binPath: place.write('fine', '#!/bin/sh\n') }, context: { users } };
    const run = runInHost(place, [...Array.from({ length: 20 }, () => refused), fine], { openFiles: 100 });
    expect(run.results.map((r) => r.notStarted)).toEqual([...Array.from({ length: 20 }, () => true), false]);
    expect(new Set(run.log.map((line) => line.split(':')[0]))).toEqual(new Set(['err CONTRACT_INTERPRETER_MISSING']));
    expect(readdirSync(place.tempDir)).toEqual([]);
  });

  it('that can\'t be connected is not started', () => {
    const run = runInHost(place, [{ program: { binPath: '/bin/sh' }, options: { tempDir: join(place.root, 'missing') } }]);
    expect(run.results[0]?.notStarted).toBe(true);
    expect(run.log[0]).toMatch(/^err CONTRACT_START_FAILED: .*ENOENT/);
  });

  it('runs without NPL and control where packet sockets are not to be had, which is said once', () => {
    const binArgs = place.use('context.js');
    place.use('peers.js');
    const run = runInHost(place, [
      { program: { binArgs }, context: { users: [user(1)] } },
      { program: { binArgs: 'peers.js' } },
      { program: { binPath: place.write('chatty', '#!/bin/sh\ndd if=/dev/zero bs=1024 count=1024 >&5 2>/dev/null\n') } },
    ], { koffi: false });
    expect(run.results).toMatchObject([{ exitCode: 0, outputs: [{ messages: [{}] }] }, { exitCode: 0 }, { exitCode: 0 }]);
    expect(run.log).toHaveLength(1);
    expect(run.log[0]).toMatch(/^wrn NATIVE_CHANNELS_UNAVAILABLE: /);
  });
});
