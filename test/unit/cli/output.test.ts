import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { HotPocketError } from '../../../src/base/errors';
import type { ClusterStatus, NodeStatusInfo } from '../../../src/cluster/engine';
import { Output } from '../../../src/cli/output';
import { statusText } from '../../../src/cli/statusText';

class Screen extends Writable {
  text = '';
  constructor(readonly isTTY: boolean) {
    super({ decodeStrings: false });
  }
  override _write(chunk: string, _: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

function show(isTTY: boolean, env: NodeJS.ProcessEnv) {
  const [stdout, stderr] = [new Screen(isTTY), new Screen(isTTY)];
  const output = new Output(stdout, stderr, env);
  output.info('command: x');
  output.progress('Working');
  output.error(new HotPocketError('CLUSTER_NOT_FOUND', { cluster: 'default' }));
  return { stdout: stdout.text, stderr: stderr.text };
}

describe('Output', () => {
  const plain = { stdout: 'command: x\nWorking\n', stderr: "cluster 'default' not found. [CLUSTER_NOT_FOUND]\nDeploy a contract first: hotpocket deploy <path>.\n" };

  it('is plain text, a line a step, when it is no terminal', () => {
    expect(show(false, {})).toEqual(plain);
  });

  it('has colours and moves on a terminal', () => {
    const { stdout, stderr } = show(true, {});
    expect(stdout).toBe('\x1b[34mcommand: x\x1b[0m\n\r\x1b[K⠋ Working\r\x1b[KWorking\n');
    expect(stderr).toContain("\x1b[31mcluster 'default' not found.\x1b[0m [CLUSTER_NOT_FOUND]");
  });

  it('has none with NO_COLOR', () => {
    expect(show(true, { NO_COLOR: '1' })).toEqual(plain);
  });
});

describe('statusText', () => {
  const node: NodeStatusInfo = {
    node: 1, state: { kind: 'running', pid: 1 }, publicKey: 'ed', role: 'validator', userPort: 8081, peerPort: 22861, inUnl: true, voteStatus: 'synced',
    votes: { received: 4, needed: 4 }, fork: false, ledger: { seqNo: 12, hash: 'f192e9d1aabb' }, peers: ['a', 'b'], users: ['u'], weaklyConnected: false, debugged: false, logFile: '', stateDir: '',
  };
  const cluster: ClusterStatus = { name: 'default', engine: 'embedded', home: '/h', contractId: 'id', contractPath: '/c', program: { binPath: '', binArgs: '' }, roundTime: 2000, rounds: 'grid', clockBehind: 0, quorum: { needed: 4, of: 5, tolerates: 1 }, nodes: [] };

  it('is a table', () => {
    const nodes: NodeStatusInfo[] = [node, { ...node, node: 2, inUnl: false, fork: true, weaklyConnected: true, state: { kind: 'crashed', exit: 'exit code 1' } }];
    expect(statusText({ ...cluster, nodes }).split('\n')).toEqual([
      'Cluster default (embedded), 2 nodes, round time 2000 ms',
      'Contract id from /c',
      'Consensus needs 4 of 5 votes: 1 may be down',
      '',
      'NODE  STATE                            ROLE                   CONSENSUS     VOTES   LEDGER       PEERS     USERS  USER PORT  PEER PORT',
      '1     running                          validator              synced        4 of 4  12-f192e9d1  2         1      8081       22861',
      '2     crashed (exit code 1), given up  validator, not in UNL  synced, fork  4 of 4  12-f192e9d1  2 (weak)  1      8081       22861',
    ]);
  });

  it('says what comes back', () => {
    const text = statusText({ ...cluster, nodes: [{ ...node, state: { kind: 'stopped', interrupted: true } }, { ...node, node: 2, state: { kind: 'stopped' } }] });
    expect(text).toMatch(/\nNot running though they should: 1\. To bring them back, or see why not: hotpocket start$/);
  });

  it('says why ledgers are late, or have an old time', () => {
    const lines = (more: Partial<ClusterStatus>) => statusText({ ...cluster, ...more }).split('\n')[3];
    expect(lines({})).toBe('');
    expect(lines({ clockBehind: 12_345 })).toBe('The clock is 12.3 s behind, for the time spent debugging, until the next deployment');
    expect(lines({ pause: { node: 2, kind: 'consensus', ledgerSeqNo: 7, since: 0 } })).toBe('The clock stands still while the contract of node 2 is debugged, after ledger 7');
  });
});
