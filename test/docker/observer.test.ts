import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DockerEngine } from '../../src/cluster/docker/engine';
import type { ClusterStatus } from '../../src/cluster/engine';
import { eventually } from '../support/embedded';
import { dockerEnv, testImage } from './support/daemon';

// The engine looks at nodes as a user: one key a cluster, one process at a time.

/** Says who its users are. */
const CONTRACT = `#!/bin/sh
read args
echo "users: \${args#*users}"
`;
const home = mkdtempSync(join(tmpdir(), 'hotpocket tést '));
const contract = join(home, 'contract');
const engines: DockerEngine[] = [];
let image: string;

function open(more: NodeJS.ProcessEnv = {}): DockerEngine {
  const engine = new DockerEngine({ env: dockerEnv({ HOTPOCKET_HOME: home, HP_INSTANCE_IMAGE: image, ...more }) });
  engines.push(engine);
  return engine;
}

beforeAll(async () => {
  mkdirSync(contract);
  writeFileSync(join(contract, 'contract.sh'), CONTRACT, { mode: 0o755 });
  writeFileSync(join(contract, 'hp.cfg.override'), JSON.stringify({ contract: { bin_path: 'contract.sh', bin_args: '', consensus: { roundtime: 1000 } } }));
  image = await testImage();
  await open().deploy({ path: contract, defaults: { size: 3, userPortBegin: 8081, peerPortBegin: 22_861 } });
});
afterEach(() => {
  for (const engine of engines.splice(0)) engine.dispose();
});
afterAll(async () => {
  const engine = open();
  await engine.clean().catch(() => undefined);
  engine.dispose();
  rmSync(home, { recursive: true, force: true });
});

/** Once all nodes are as wanted. */
const statusWhen = (engine: DockerEngine, wanted: (node: ClusterStatus['nodes'][number]) => boolean): Promise<ClusterStatus> => eventually(async () => {
  const status = await engine.status();
  return status?.nodes.every(wanted) ? status : undefined;
});

/** What a terminal is told, by the built command. */
async function asked(): Promise<ClusterStatus> {
  const { stdout } = await promisify(execFile)(process.execPath, [resolve(__dirname, '../../dist/cli.js'), 'status', '--json', '--engine', 'docker'], { env: dockerEnv({ HOTPOCKET_HOME: home }) });
  return JSON.parse(stdout) as ClusterStatus;
}

async function log(node: number): Promise<string> {
  let text = '';
  await open({ HOTPOCKET_OBSERVER: 'off' }).logs(node, { follow: false }, (part) => (text += part));
  return text;
}

describe.sequential('the observer', () => {
  let key: string | undefined;

  it('tells what only users of a node are told, to a terminal too', async () => {
    await statusWhen(open({ HOTPOCKET_OBSERVER: 'off' }), ({ voteStatus, ledger }) => voteStatus === 'synced' && (ledger?.seqNo ?? 0) > 1);
    // Again and again: who finds his last connection still there would count it as a violation.
    for (let i = 0; i < 5; i++) {
      const { nodes } = await asked();
      expect(nodes.map(({ ledger, peers, users }) => [ledger?.hash.length, [...(peers ?? [])].sort(), users])).toEqual([
        [64, ['node2:22862', 'node3:22863'], undefined], [64, ['node1:22861', 'node3:22863'], undefined], [64, ['node1:22861', 'node2:22862'], undefined],
      ]);
    }
  });

  it('is one key, which contracts see, in a folder that is the user\'s alone', async () => {
    const engine = open();
    engine.onDidChange(() => undefined);
    const { nodes } = await statusWhen(engine, ({ observer }) => observer !== undefined);
    const keys = new Set(nodes.map(({ observer }) => observer));
    expect(keys.size).toBe(1);
    [key] = [...keys];
    const [folder, ...others] = readdirSync(join(home, 'observers')).map((name) => join(home, 'observers', name));
    expect([others, (statSync(folder as string).mode & 0o777).toString(8)]).toEqual([[], '700']);
    await eventually(async () => new RegExp(`users: .*${key}`).test(await log(1)));
  });

  it('is there once for two windows and a terminal, which show the same, and is taken over when it ends', async () => {
    const windows = [open(), open()];
    for (const engine of windows) engine.onDidChange(() => undefined);
    const statuses = await Promise.all(windows.map((engine) => statusWhen(engine, ({ observer, voteStatus }) => observer === key && voteStatus === 'synced')));
    // Only who looks himself is told whole hashes.
    const looks = statuses.map(({ nodes }) => nodes.every(({ ledger }) => ledger?.hash.length === 64));
    expect([...looks].sort()).toEqual([false, true]);
    const shown = [...statuses, await asked()].map(({ nodes }) => nodes.map(({ observer, peers }) => [observer, [...(peers ?? [])].sort()]));
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[2]).toEqual(shown[0]);
    const other = windows[looks.indexOf(false)] as DockerEngine;
    windows[looks.indexOf(true)]?.dispose();
    await statusWhen(other, ({ observer, ledger }) => observer === key && ledger?.hash.length === 64);
    for (const node of [1, 2, 3]) expect(await log(node)).not.toContain('was not registered');
  });

  it('follows nodes over restarts', async () => {
    const engine = open();
    const ledgers: string[] = [];
    engine.onDidChange((change) => {
      if (change.type === 'ledger' && change.node === 2) ledgers.push(change.hash);
    });
    await statusWhen(engine, ({ observer }) => observer !== undefined);
    await engine.stop(2);
    expect((await engine.status())?.nodes[1]?.observer).toBeUndefined();
    await engine.start(2);
    await statusWhen(engine, ({ observer, voteStatus }) => observer === key && voteStatus === 'synced');
    await eventually(() => ledgers.length > 0);
  });

  it('is not there when it is switched off', async () => {
    const engine = open({ HOTPOCKET_OBSERVER: 'off' });
    engine.onDidChange(() => undefined);
    const status = await statusWhen(engine, ({ voteStatus, ledger }) => voteStatus === 'synced' && ledger?.hash.length === 8);
    expect(status.nodes.map(({ observer, peers }) => [observer, peers])).toEqual([[undefined, undefined], [undefined, undefined], [undefined, undefined]]);
  });

  it('is forgotten with the cluster', async () => {
    await open().clean();
    expect(readdirSync(join(home, 'observers'))).toEqual([]);
  });
});
