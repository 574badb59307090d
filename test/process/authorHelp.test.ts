import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliCluster, sampleBundle } from './support/cliCluster';
import { FAST } from './support/contracts';
import { troublesIn } from '../support/troubles';
import { User } from './support/users';

// What an author is told whose contract cannot be run, and what is found for them.

const NODES = [1, 2, 3];

describe.sequential("a contract's program", () => {
  const cluster = new CliCluster({ size: 3, userPort: 18101, peerPort: 28101 });
  afterAll(() => cluster.dispose());

  const deployed = (binPath: string, files: Record<string, string> = {}): Promise<{ stdout: string; stderr: string }> =>
    cluster.deploy(cluster.bundle('contract', files, { contract: { ...FAST, bin_path: binPath, bin_args: '' } }));

  it.each([
    ['does not exist', { binPath: '/no/such/program', files: {}, code: 'CONTRACT_BINARY_MISSING', remedy: 'Set contract.bin_path in hp.cfg.override', errno: 2 }],
    ['is not executable', { binPath: 'contract.txt', files: { 'contract.txt': '#!/bin/sh\necho done\n' }, code: 'CONTRACT_BINARY_NOT_EXECUTABLE', remedy: 'chmod +x contract.txt', errno: 13 }],
    ['has a format that the system cannot start', { binPath: 'contract.sh', files: { 'contract.sh': 'echo done\n' }, code: 'CONTRACT_BINARY_BAD_FORMAT', remedy: 'first line such as #!/bin/sh', errno: 8 }],
  ] as const)('that %s: deploy warns, the node says why, and the ledgers go on', async (_, { binPath, files, code, remedy, errno }) => {
    const { stderr, stdout } = await deployed(binPath, files);
    expect(stdout).toContain('Deployed to 3 nodes.');
    expect(stderr).toMatch(/^warning: The contract's program .*/);
    expect(stderr).toContain(binPath);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).toContain(remedy);
    const from = NODES.map((node) => cluster.log(node).lastIndexOf('HotPocket 0.6'));
    await cluster.advance(NODES, 2);
    for (const [i, node] of NODES.entries()) {
      const text = cluster.log(node).slice(from[i]);
      expect(troublesIn(text)).toContain(code);
      // Twice after each ledger: as the real engine says it, and with what to do.
      expect(text).toMatch(new RegExp(`\\(lcl:1-.*\n${errno}: Contract process execve\\(\\) failed\\.\n.*\\[err\\]\\[hpc\\] ${code}: The contract's program ${binPath} .*${remedy.replaceAll('+', '\\+')}`));
    }
  });

  it('that was corrected runs', async () => {
    const { stderr } = await deployed('contract.sh', { 'contract.sh': '#!/bin/sh\necho done\n' });
    expect(stderr).toBe('');
    for (const node of NODES) await cluster.logged(node, /Ledger created.*\ndone\n/);
  });
});

const HIDE = 'mount -t tmpfs none "$0" && mkdir "$0/upper" "$0/work" && mount -t overlay none -o "lowerdir=/usr/bin,upperdir=$0/upper,workdir=$0/work" /usr/bin && rm -f /usr/bin/node && exec "$@"';
const hidden = spawnSync('unshare', ['-m', 'sh', '-c', HIDE, '/mnt', 'test', '!', '-e', '/usr/bin/node']).status === 0;

describe.skipIf(!hidden)(`a machine without /usr/bin/node${hidden ? '' : ' (skipped: only root can make one, by an overlay file system)'}`, () => {
  // Every command has a view of the file system of its own, in which /usr/bin has no node.
  const cluster = new CliCluster({
    size: 3, userPort: 18111, peerPort: 28111,
    launcher: (home) => ['unshare', '-m', 'sh', '-c', HIDE, join(home, 'hide'), join(home, 'my node', 'node')],
  });
  const nodeJs = join(cluster.home, 'my node', 'node');

  beforeAll(() => {
    mkdirSync(join(cluster.home, 'hide'));
    mkdirSync(join(cluster.home, 'my node'));
    copyFileSync(process.execPath, nodeJs);
  });
  afterAll(() => cluster.dispose());

  it('runs the sample with the Node.js that runs the command', async () => {
    const { stderr } = await cluster.deploy(sampleBundle);
    expect(stderr).toBe('');
    const note = `Contract binary /usr/bin/node does not exist on this machine. Using ${nodeJs}`;
    await cluster.advance(NODES);
    const text = 'stored without /usr/bin/node';
    const user = await User.connect(cluster, 1);
    await user.accepted(JSON.stringify({ type: 'set', data: text }));
    expect(await user.client.submitContractReadRequest(JSON.stringify({ type: 'stat' }))).toEqual({ type: 'statResult', data: 'Contract is online' });
    await user.close();
    // By then the run with the input is over on all nodes.
    await cluster.advance(NODES);
    for (const node of NODES) {
      expect(cluster.log(node).split(note)).toHaveLength(2);
      expect(cluster.stateFile(node, 'datafile.txt')).toBe(text);
    }
    cluster.requireSameLedgers(NODES);
  });
});
