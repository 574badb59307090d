import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withResourceLimits } from '../../../src/node/contract/resourceLimits';
import { key, PYTHON, sentTo, user, Workplace } from '../../support/contracts/harness';
import { runInHost } from '../../support/contracts/runHost';

// proc_cpu_seconds, proc_mem_bytes, proc_ofd_count (reference 3.9).

const linux = process.platform === 'linux';
const fail = (text: string): never => { throw new Error(text); };
const NONE = { cpuSeconds: 0, memoryBytes: 0, openFiles: 0 };

describe.skipIf(!PYTHON || !linux)('resource limits', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    place.write('limits.py', `#!${PYTHON}
import json, os, resource, struct, sys
args = json.load(sys.stdin)
names = {'cpu': resource.RLIMIT_CPU, 'data': resource.RLIMIT_DATA, 'nofile': resource.RLIMIT_NOFILE}
found = {name: resource.getrlimit(which) for name, which in names.items()}
text = json.dumps({'found': found, 'argv': sys.argv, 'env': dict(os.environ), 'uid': os.getuid(), 'leader': os.getpgrp() == os.getpid()}).encode()
os.writev(list(args['users'].values())[0][0], [struct.pack('>I', len(text)), text])
`);
  });
  afterEach(() => place.remove());

  interface Found { found: Record<'cpu' | 'data' | 'nofile', [number, number]>; argv: string[]; env: Record<string, string>; uid: number; leader: boolean }

  async function found(resources: Partial<typeof NONE>, more: object = {}, readonly = false): Promise<Found> {
    const program = { binPath: 'limits.py', binArgs: "a 'b $HOME; *", environment: { 'odd.name': 'x y', T: '$(id)' }, limits: { resources: { ...NONE, ...resources } }, ...more };
    const result = await place.run({ program, context: { readonly, users: [user(1)] } });
    expect(place.log).toEqual([]);
    const said = JSON.parse(sentTo(result, key(1))[0] ?? '') as Found;
    delete said.env['LC_CTYPE'];
    return said;
  }

  it.each([false, true])('hold before the program begins, hard and soft, and change nothing else (readonly: %s)', async (readonly) => {
    const { found: limits, argv, env, leader } = await found({ cpuSeconds: 7, memoryBytes: 123_456_789, openFiles: 33 }, {}, readonly);
    expect(limits).toEqual({ cpu: [7, 7], data: [123_456_789, 123_456_789], nofile: [33, 33] });
    expect(argv).toEqual(['./limits.py', 'a', "'b", '$HOME;', '*']);
    expect(env).toEqual({ 'odd.name': 'x y', T: '$(id)' });
    expect(leader).toBe(true);
  });

  it('are set by a shell where there is no prlimit, which is told nothing but numbers in its text', () => {
    const program = { binPath: '', binArgs: '', environment: {}, limits: { execTimeoutMs: 0, userOutputBytes: 0, nplOutputBytes: 0, resources: { cpuSeconds: 7, memoryBytes: 200 << 20, openFiles: 33 } } };
    const script = 'import resource, sys; print(resource.getrlimit(0), resource.getrlimit(2), resource.getrlimit(7), sys.argv[1:])';
    const command = withResourceLimits({ file: PYTHON, argv0: PYTHON, args: ['-c', script, '$(id)', "'"], env: {} }, PYTHON, program, { inf: fail, wrn: fail, err: fail }, []);
    expect(command.file).toBe('/bin/sh');
    expect(command.args[1]).not.toContain('id)');
    const { stdout } = spawnSync(command.file, command.args, { argv0: command.argv0, env: command.env, encoding: 'utf8' });
    expect(stdout).toBe(`(7, 7) (${200 << 20}, ${200 << 20}) (33, 33) ['$(id)', "'"]\n`);
  });

  it('are the node\'s own where none is configured', async () => {
    const own = (await found({})).found;
    const { found: limits } = await found({ openFiles: 40 });
    expect(limits).toEqual({ ...own, nofile: [40, 40] });
  });

  it.skipIf(process.getuid?.() !== 0)('hold for a program that runs as somebody else', async () => {
    for (const folder of [place.root, place.stateDir]) chmodSync(folder, 0o755);
    expect(await found({ cpuSeconds: 3 }, { runAs: { uid: 65534, gid: 65534 } })).toMatchObject({ uid: 65534, found: { cpu: [3, 3] } });
  });

  it('end a program that uses more processor time than it may', async () => {
    place.write('busy.sh', '#!/bin/sh\nwhile :; do :; done\n');
    const result = await place.run({ program: { binPath: 'busy.sh', limits: { execTimeoutMs: 0, resources: { ...NONE, cpuSeconds: 1 } } } });
    expect(['SIGKILL', 'SIGXCPU']).toContain(result.signal);
    expect(place.log).toEqual(['wrn Contract process ended prematurely. Exit code 0', expect.stringMatching(/^wrn CONTRACT_SIGNALLED: .*proc_cpu_seconds/)]);
  });

  it('fail a program that wants more memory or descriptors', async () => {
    place.write('greedy.py', `#!${PYTHON}
import json, os, struct, sys
args = json.load(sys.stdin)
try:
    bytes(200 << 20)
    said = 'got it'
except MemoryError:
    said = 'no memory'
try:
    for i in range(100): os.open('/dev/null', os.O_RDONLY)
except OSError as e:
    said += ' ' + str(e.errno)
os.writev(list(args['users'].values())[0][0], [struct.pack('>I', len(said)), said.encode()])
`);
    const result = await place.run({ program: { binPath: 'greedy.py', limits: { resources: { ...NONE, memoryBytes: 100 << 20, openFiles: 50 } } }, context: { users: [user(1)] } });
    expect(sentTo(result, key(1))).toEqual(['no memory 24']);
  });

  it('still tell why a program cannot be started', async () => {
    place.write('lost.sh', '#!/no/such/shell\n');
    const limits = { resources: { ...NONE, openFiles: 50 } };
    await place.run({ program: { binPath: 'lost.sh', limits } });
    await place.run({ program: { binPath: 'absent', limits } });
    expect(place.log.map((line) => line.split(':')[0])).toEqual(['err CONTRACT_INTERPRETER_MISSING', 'err CONTRACT_BINARY_MISSING']);
  });

  it.skipIf(process.getuid?.() !== 0)('that are above the system\'s own are refused, and said', () => {
    for (const folder of [place.root, place.stateDir, place.tempDir]) chmodSync(folder, 0o777);
    const { log, stderr } = runInHost(place, [{ program: { binPath: 'limits.py', limits: { resources: { ...NONE, openFiles: 5000 } } } }], { uid: 65534, openFiles: 4096 });
    expect(log.map((line) => line.split(':')[0])).toEqual(['err CONTRACT_LIMIT_REFUSED']);
    expect(stderr).toContain('1: Failed to set contract process resource limits.\n');
  });
});
