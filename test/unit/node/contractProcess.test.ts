import { chmodSync, closeSync, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { key, lives, PYTHON, sentTo, user, Workplace } from '../../support/contracts/harness';
import { exitHostWhileRunning, runInHost } from '../../support/contracts/runHost';

const linux = process.platform === 'linux';

interface Report {
  fds: Record<string, [string, boolean]>;
  args: Record<string, unknown>;
  env: Record<string, string>;
  cwd: string;
  group: boolean;
  ids: [number, number];
  input: number;
}

/** A warning that begins so. */
const said = (text: string): unknown => expect.stringMatching(new RegExp(`^wrn ${text.replaceAll(/[.()]/g, '\\$&')}`));

describe('the contract process', () => {
  let place: Workplace;
  beforeEach(() => void (place = new Workplace()));
  afterEach(() => place.remove());

  const inState = (name: string): string => readFileSync(join(place.stateDir, name), 'utf8');
  const shell = (name: string, ...lines: string[]): string => place.write(name, `#!/bin/sh\n${lines.join('\n')}\n`);

  async function report(readonly = false, runAs?: { uid: number; gid: number }): Promise<Report> {
    const program = { binPath: PYTHON, binArgs: place.use('descriptors.py'), environment: { GREETING: 'grüß dich', EMPTY: '' }, ...(runAs ? { runAs } : {}) };
    const result = await place.run({ program, context: { readonly, users: [user(1, 'abc', '', 'x'.repeat(4097)), user(2, 'd')] } });
    return JSON.parse(sentTo(result, key(1))[0] ?? '') as Report;
  }

  it.skipIf(!PYTHON || !linux)('has its documented descriptors, all blocking, and none of ours', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const file = openSync(process.execPath, 'r');
    const neighbour = place.start({ program: { binPath: '/bin/sleep', binArgs: '30' }, context: { users: [user(1), user(2)] } });
    const { fds, args } = await report();
    neighbour.kill();
    await neighbour.done;
    closeSync(file);
    server.close();
    expect(Object.keys(fds).map(Number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([fds[0], fds[3], fds[4], fds[5], fds[6], fds[7]]).toEqual(['pipe', 'file', 'socket', 'socket', 'socket', 'socket'].map((kind) => [kind, false]));
    expect(args).toMatchObject({ user_in_fd: 3, control_fd: 4, npl_fd: 5, users: { [key(1)]: [6, [0, 3], [4096, 0], [4096, 4097]], [key(2)]: [7, [12288, 1]] } });
  });

  it.skipIf(!PYTHON || !linux)('is told in the order HotPocket uses, and has nothing but its own environment, folder and group', async () => {
    const { args, env, cwd, group, input } = await report();
    expect(Object.keys(args)).toEqual(['hp_version', 'contract_id', 'public_key', 'private_key', 'timestamp', 'readonly', 'lcl_seq_no', 'lcl_hash', 'npl_fd', 'control_fd', 'user_in_fd', 'users', 'unl']);
    expect(args).toMatchObject({ hp_version: '0.6.4', lcl_seq_no: 12, unl: { [key(1)]: { active_on: 1_700_000_001_512 }, [key(2)]: { active_on: 0 } } });
    // Python itself sets LC_CTYPE where no locale is configured.
    delete env['LC_CTYPE'];
    expect(env).toEqual({ GREETING: 'grüß dich', EMPTY: '' });
    expect(cwd).toBe(place.stateDir);
    expect(group).toBe(true);
    expect(input).toBe(0);
    expect(readdirSync(place.tempDir)).toEqual([]);
  });

  it.skipIf(!PYTHON || !linux)('has no NPL and no ledger in a read request', async () => {
    const { args, fds } = await report(true);
    expect(Object.keys(args)).toEqual(['hp_version', 'contract_id', 'public_key', 'private_key', 'timestamp', 'readonly', 'control_fd', 'user_in_fd', 'users', 'unl']);
    expect(args).toMatchObject({ timestamp: 0, readonly: true, control_fd: 4, user_in_fd: 3, users: { [key(1)]: [5, [0, 3], [4096, 0], [4096, 4097]] } });
    expect(Object.keys(fds).map(Number)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it.skipIf(!PYTHON || !linux || process.getuid?.() !== 0)('runs as another user', async () => {
    chmodSync(place.root, 0o755);
    expect((await report(false, { uid: 65_534, gid: 65_533 })).ids).toEqual([65_534, 65_533]);
  });

  it('gets arguments of any size', async () => {
    const users = Array.from({ length: 2000 }, (_, i) => user(i, 'abc'));
    const run = place.start({ program: { binPath: shell('contract', 'cat /dev/stdin > args'), limits: { execTimeoutMs: 9000 } }, context: { users } });
    expect((await run.done).exitCode).toBe(0);
    expect(inState('args').length).toBeGreaterThan(150_000);
    expect(inState('args')).not.toContain('\n');
    expect(Object.keys((JSON.parse(inState('args')) as { users: object }).users)).toEqual(users.map((u) => u.pubkey));
  });

  it('says when it has read its arguments, and that it is gone before its descendants are', async () => {
    const contract = shell('contract', 'while [ ! -e read ]; do sleep 0.01; done', 'cat > args', 'sleep 60 &', ': > done', 'while [ ! -e end ]; do sleep 0.01; done');
    const events: string[] = [];
    let argumentsRead: (() => boolean) | undefined;
    const run = place.start({ program: { binPath: contract } }, {
      started: (pid, read) => {
        events.push(lives(pid) ? 'started' : 'gone');
        argumentsRead = read;
      },
      exited: () => events.push(argumentsRead?.() ? 'exited, read' : 'exited'),
    });
    expect([events, argumentsRead?.()]).toEqual([['started'], false]);
    place.write('read', '');
    while (!existsSync(join(place.stateDir, 'done'))) await delay(5);
    expect(argumentsRead?.()).toBe(true);
    void run.done.then(() => events.push('done'));
    place.write('end', '');
    await run.done;
    expect(events).toEqual(['started', 'exited, read', 'done']);
  });

  it('does not mind arguments that nobody reads', async () => {
    const users = Array.from({ length: 1000 }, (_, i) => user(i));
    expect((await place.run({ program: { binPath: shell('contract', 'exec 0<&-', 'exit 0') }, context: { users } })).exitCode).toBe(0);
  });

  // Node.js reads a pipe without waiting, and takes an empty one that is not closed for an error.
  it.each([[1, 'pipe'], [1500, 'file']])('has all its arguments when it starts, however busy the node is (%i users: a %s)', async (count, kind) => {
    place.write('kind.js', `${readFileSync(join(place.stateDir, place.use('echo.js')), 'utf8')}\nrequire('fs').writeFileSync('kind', require('fs').fstatSync(0).isFIFO() ? 'pipe' : 'file');`);
    const users = Array.from({ length: count }, (_, i) => (i === 0 ? user(i, 'hello') : user(i)));
    const run = place.start({ program: { binArgs: 'kind.js' }, context: { users } });
    for (const until = performance.now() + 400; performance.now() < until;);
    expect(sentTo(await run.done, key(0))).toEqual(['{"echo":"hello"}']);
    expect(inState('kind')).toBe(kind);
  });

  it('gets bin_args cut at blanks, without a shell, and its configured path as name', async () => {
    const program = { binPath: shell('contract', 'for arg in "$0" "$@"; do echo "[$arg]"; done > args'), binArgs: ` a  'b c' "$HOME" *  ` };
    await place.run({ program });
    const name = linux ? './contract' : join(place.stateDir, 'contract');
    expect(inState('args')).toBe([name, 'a', "'b", "c'", '"$HOME"', '*'].map((arg) => `[${arg}]\n`).join(''));
  });

  it.skipIf(!linux)('has bin_path as argv[0]', async () => {
    const args = place.use('echo.js');
    place.write('argv0.js', `require('fs').writeFileSync('argv0', process.argv0)`);
    await place.run({ program: { binPath: '/no/such/bin/node', binArgs: 'argv0.js' } });
    expect(inState('argv0')).toBe('/no/such/bin/node');
    await place.run({ program: { binPath: '/no/such/bin/node', binArgs: args } });
    expect(place.log).toEqual([`inf Contract binary /no/such/bin/node does not exist on this machine. Using ${process.execPath}`]);
  });

  it('may end with any code', async () => {
    for (const code of [0, 1, 255]) {
      const result = await place.run({ program: { binPath: shell('contract', `exit ${code}`) } });
      expect(result).toMatchObject({ exitCode: code, notStarted: false, timedOut: false });
    }
    expect(place.log).toEqual([1, 255].map((code) => said(`CONTRACT_EXIT_CODE: The contract ended with exit code ${code}.`)));
  });

  it('may die by a signal', async () => {
    const result = await place.run({ program: { binPath: shell('contract', 'kill -SEGV $$') }, context: { readonly: true } });
    expect(result.signal).toBe('SIGSEGV');
    expect(result).not.toHaveProperty('exitCode');
    expect(place.log).toEqual(['wrn Contract process (rdonly) ended prematurely. Exit code 0', said('CONTRACT_SIGNALLED: The contract was ended by the signal SIGSEGV.')]);
  });

  it('is killed at exec_timeout', async () => {
    const begun = performance.now();
    const result = await place.run({ program: { binPath: shell('contract', 'trap "" TERM INT', 'while :; do :; done'), limits: { execTimeoutMs: 150 } } });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(150);
    expect(place.log).toEqual(['inf Contract process timeout of 150ms exceeded.', 'wrn Contract process ended prematurely. Exit code 0', said('CONTRACT_TIMED_OUT: ')]);
  });

  it('can be killed, and says when it started', async () => {
    const pids: number[] = [];
    const run = place.start({ program: { binPath: '/bin/sleep', binArgs: '30', limits: { execTimeoutMs: 0 } } }, { started: (pid) => void pids.push(pid) });
    expect(pids).toHaveLength(1);
    expect(lives(pids[0] as number)).toBe(true);
    run.kill();
    expect(await run.done).toMatchObject({ signal: 'SIGKILL', timedOut: false });
    expect(lives(pids[0] as number)).toBe(false);
    run.kill();
    run.deliverNpl(key(1), Buffer.from('late'));
  });

  it('takes the processes it started with it', async () => {
    await place.run({ program: { binPath: shell('contract', '(while :; do echo x >> growing; done) &', 'echo $! > pid', 'sleep 0.1') } });
    expect(lives(Number(inState('pid')))).toBe(false);
    if (linux) expect(place.log).toEqual([said('CONTRACT_PROCESSES_LEFT: The contract ended, but processes that it had started still ran, and were ended: contract (1).')]);
    const size = statSync(join(place.stateDir, 'growing')).size;
    await delay(50);
    expect(statSync(join(place.stateDir, 'growing')).size).toBe(size);
  });

  it.skipIf(!linux)('takes those with it that left its group, where the program has no other children', () => {
    const daemon = 'setsid sh -c "setsid sleep 30 & echo \\$! \\$\\$ > pid; exec sleep 40" &';
    // Before they are what they are to be, their names are a shell's.
    const becameWhatTheyAre = ['while [ ! -s pid ]; do :; done', 'read one other < pid', 'until [ "$(cat /proc/$one/comm /proc/$other/comm | tr -d "\\n")" = sleepsleep ]; do :; done'];
    const { log } = runInHost(place, [{ program: { binPath: shell('contract', daemon, ...becameWhatTheyAre) } }]);
    expect(inState('pid').split(' ').map((pid) => lives(Number(pid)))).toEqual([false, false]);
    expect(log).toEqual([said('CONTRACT_PROCESSES_LEFT: The contract ended, but processes that it had started still ran, and were ended: sleep (2).')]);
  });

  it('does not outlive a node that ends by an error', async () => {
    const pid = exitHostWhileRunning(place, { program: { binPath: '/bin/sleep', binArgs: '30' } });
    expect(pid).toBeGreaterThan(1);
    // The node sends the signal and is gone; who is killed ends when it is its turn to run.
    await vi.waitUntil(() => !lives(pid), { timeout: 20_000 });
  });

  it.skipIf(!linux)('does not keep us waiting for a process that left its group', async () => {
    const program = { binPath: shell('contract', 'setsid sh -c "echo \\$\\$ > pid; exec sleep 30" &', 'while [ ! -s pid ]; do :; done') };
    const result = await place.run({ program, context: { users: [user(1)] } });
    const pid = Number(inState('pid'));
    expect(result.exitCode).toBe(0);
    expect(lives(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  it('applies a debugger\'s recipe', async () => {
    shell('wrapper', 'echo "$@ $MORE $GIVEN" > started', 'exec "$@"');
    const binPath = shell('contract', 'echo "$1" > told');
    const recipe = { executable: join(place.stateDir, 'wrapper'), argvPrefix: ['./contract'], env: { MORE: 'more' }, announcement: { address: 'reach me at (.*)', hidden: [] }, letGo: 'inspector' as const };
    await place.run({ program: { binPath, binArgs: 'one two', environment: { GIVEN: 'given' } }, options: { recipe } });
    expect(inState('started')).toBe('./contract one two more given\n');
    expect(inState('told')).toBe('one\n');
  });

  it.skipIf(!linux)('leaves nothing open, however it ends', async () => {
    const endings = [
      (): unknown => place.run({ program: { binPath: shell('exits', 'exit 3') }, context: { users: [user(1, 'a'), user(2)] } }),
      (): unknown => place.run({ program: { binPath: shell('loops', 'while :; do :; done'), limits: { execTimeoutMs: 20 } }, context: { users: [user(1)] } }),
      (): unknown => place.run({ program: { binPath: shell('crashes', 'kill -9 $$') }, context: { readonly: true } }),
      (): unknown => {
        const run = place.start({ program: { binPath: '/bin/sleep', binArgs: '30' } });
        for (let i = 0; i < 1000; i++) run.deliverNpl(key(1), Buffer.alloc(1000));
        run.kill();
        return run.done;
      },
    ];
    await endings[0]?.();
    const open = (): string => readdirSync('/proc/self/fd').sort((a, b) => Number(a) - Number(b)).join();
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = open();
    const timersBefore = timers();
    for (let i = 0; i < 20; i++) await endings[i % endings.length]?.();
    // What was destroyed is closed when the event loop comes around.
    await expect.poll(open).toBe(before);
    expect(timers()).toBeLessThanOrEqual(timersBefore);
    expect(readdirSync(place.tempDir)).toEqual([]);
  });

  it('runs beside others', async () => {
    // Not for each: a contract that starts must not find its file half copied.
    const binArgs = place.use('echo.js');
    const results = await Promise.all([1, 2, 3, 4].map((i) => place.run({ program: { binArgs }, context: { readonly: true, users: [user(i, `input ${i}`)] } })));
    expect(results.map((result, i) => sentTo(result, key(i + 1)))).toEqual([1, 2, 3, 4].map((i) => [`{"echo":"input ${i}"}`]));
  });
});
