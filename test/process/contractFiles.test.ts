import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PYTHON } from '../support/contracts/harness';
import { CliCluster } from './support/cliCluster';
import { contractSource, FAST } from './support/contracts';
import { User } from './support/users';

// Limits, users, contract logs, post_exec.sh and patches as the contract's author writes them, in Python on a single node (reference 3.9, 5.1, 7).

const cluster = new CliCluster({ size: 1, userPort: 18161, peerPort: 28161 });
afterAll(() => cluster.dispose());

const deploy = (contract: object): Promise<unknown> =>
  cluster.deploy(cluster.bundle('files', { 'files.py': contractSource('files.py') }, { contract: { ...FAST, bin_path: PYTHON, bin_args: 'files.py', ...contract } }));
const logFile = (name: string): string => readFileSync(cluster.path(1, 'log', 'contract', name), 'utf8');
const patch = (): string => readFileSync(cluster.path(1, 'contract_fs', 'seed', 'patch.cfg'), 'utf8');

async function read(): Promise<string[]> {
  const user = await User.connect(cluster, 1);
  const answer = await user.read('anything');
  await user.close();
  return answer.split('|');
}

describe.skipIf(!PYTHON).sequential('a contract with logs and limits, run by root', () => {
  it('has its resource limits', async () => {
    await deploy({
      log: { enable: true, max_mbytes_per_file: 1, max_file_count: 3 },
      round_limits: { proc_cpu_seconds: 20, proc_mem_bytes: 500_000_000, proc_ofd_count: 60 },
    });
    expect(await cluster.logged(1, /run 1 as .*\n/)).toContain('run 1 as 0:0 limits [20, 500000000, 60]\n');
  });

  it('has its output in files, each run under its ledger, and on the console', async () => {
    const text = await cluster.logged(1, /lcl:6-/);
    const hash = (seqNo: number): string => new RegExp(`^Execution lcl ${seqNo}-([0-9a-f]{64})$`, 'm').exec(logFile('rw.stderr.log'))![1]!;
    for (const { seqNo, hash: short } of cluster.ledgers(1).filter((ledger) => ledger.seqNo <= 5)) expect(hash(seqNo).slice(0, 8)).toBe(short);
    // Run 3 filled the file, so that run 4 began another.
    const older = logFile('rw_1.stdout.log');
    expect(older).toMatch(new RegExp(`^Execution lcl 1-${hash(1)}\nrun 1 as .*\nExecution lcl 2-${hash(2)}\nrun 2 as .*\npost 1 2 ${hash(2)}\nExecution lcl 3-${hash(3)}\nrun 3 as .*\n0123456789abcdef\n`));
    expect(older.match(/^0123456789abcdef$/gm)).toHaveLength(70_000);
    expect(logFile('rw.stdout.log')).toMatch(new RegExp(`^Execution lcl 4-${hash(4)}\nrun 4 as .*\nthrough /dev/stdout\nExecution lcl 5-${hash(5)}\nrun 5 as `));
    expect(logFile('rw.stderr.log')).toMatch(new RegExp(`^Execution lcl 1-${hash(1)}\ncomplaint 1\nExecution lcl 2-${hash(2)}\ncomplaint 2\n`));
    for (const name of readdirSync(cluster.path(1, 'log', 'contract'))) expect(statSync(cluster.path(1, 'log', 'contract', name)).mode & 0o777).toBe(0o664);
    // A pipe gives what was written in pieces: what the node says of its own and what comes by the other pipe may be in the middle of a line.
    expect(text.replaceAll(/\d{8} [\d:.]{12} \[[a-z]{3}\]\[hpc\] .*\n|complaint 3\n/g, '').match(/^0123456789abcdef$/gm)).toHaveLength(70_000);
    // Which of the two streams comes first is left to the system.
    expect(text).toMatch(/lcl:1-.*\n(complaint 1\n)?run 1 as .*\n(complaint 1\n)?.*lcl:2-/);
    expect(text.match(/^complaint 1$/gm)).toHaveLength(1);
  });

  it('is seen to crash, and its script runs after it', () => {
    const text = cluster.log(1);
    expect(text).toMatch(/run 4 as .*\n(.*\n){1,2}.*\[wrn\]\[hpc\] Contract process ended prematurely\. Exit code 0\n/);
    expect(text.match(/ended prematurely/g)).toHaveLength(1);
    expect(text).toMatch(/Running post-exec script\.\.\.\npost 1 2 [0-9a-f]{64}\n.*Post-exec script executed successfully\. Exit code:0\n/);
    expect(cluster.stateFile(1, 'post.txt')).toBe('posted\n');
  });

  it('may write in a read request, which is for nothing, and is in no log file', async () => {
    const [timestamp, keys, ...rest] = await read();
    expect(timestamp).toBe('0');
    expect(keys).toBe('contract_id,control_fd,hp_version,private_key,public_key,readonly,timestamp,unl,user_in_fd,users');
    expect(rest.slice(0, 3)).toEqual(['written', 'written', 'written']);
    expect(await cluster.logged(1, /read request\n/)).toContain('read request\n');
    expect(logFile('rw.stdout.log')).not.toContain('read request');
    await cluster.advance([1], 2);
    expect(cluster.stateFile(1, 'runs.txt')).not.toContain('x');
    expect(readdirSync(cluster.path(1, 'contract_fs', 'seed', 'state'))).not.toContain('new.txt');
    expect(JSON.parse(patch())).toMatchObject({ bin_args: 'files.py' });
  });

  it('changes a patch that is no canonical text, which the next start makes one', async () => {
    await cluster.logged(1, /Contract config updated from patch file\.\n(.*\n)*?run \d+ as 0:0 limits \[9, 500000000, 60\]\n/);
    expect(patch()).not.toContain('\n');
    const before = cluster.ledgers(1).at(-1)!.patch;
    await cluster.ok('stop');
    await cluster.ok('start');
    await cluster.advance([1], 2);
    expect(patch()).toBe(JSON.stringify(JSON.parse(patch()), null, 4));
    expect(patch()).toContain('"environment": {\n        "A": "first",\n        "Z": "last"\n    }');
    expect(cluster.ledgers(1).at(-1)!.patch).not.toBe(before);
    expect(cluster.log(1)).not.toMatch(/\[err\]/);
  });
});

describe.skipIf(!PYTHON || process.geteuid?.() !== 0).sequential('a contract that runs as somebody else', () => {
  it('writes to its state and patch, as does its script', async () => {
    const from = cluster.mark(1);
    await deploy({ run_as: '65534:65534' });
    // Python looks for its files by their full paths.
    const shut = await cluster.logged(1, /CONTRACT_RUN_AS_SHUT_OUT: .*files\.py'|can't open file .*files\.py'/, from);
    expect(shut).toContain(`CONTRACT_RUN_AS_SHUT_OUT: The contract runs as user 65534, who may not pass the folder ${cluster.home}:`);
    for (const folder of [cluster.home, join(cluster.home, 'clusters'), cluster.dir]) chmodSync(folder, 0o711);
    await deploy({ run_as: '65534:65534' });
    const text = await cluster.logged(1, /Contract config updated from patch file\.\n(.*\n)*?run \d+ as/, from, 40_000);
    expect(text.match(/CONTRACT_RUN_AS_SHUT_OUT/g)).toHaveLength(1);
    expect(text).toContain('run 1 as 65534:65534 limits [');
    expect(cluster.stateFile(1, 'post.txt')).toBe('posted\n');
    expect(cluster.stateFile(1, 'runs.txt')).toMatch(/^1\n2\n3\n/);
  });

  it('can write nothing in a read request', async () => {
    const [, , ...rest] = await read();
    expect(rest.slice(0, 3)).toEqual(['Permission denied', 'Permission denied', 'Permission denied']);
    expect(rest[3]).toMatch(/^1 2 3 4/);
  });
});
