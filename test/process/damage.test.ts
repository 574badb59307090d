import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliCluster } from './support/cliCluster';
import { FAST, nodeContract } from './support/contracts';
import { User } from './support/users';

// Files of a node that are damaged while it does not run: it names them, and gets what they held from the other nodes.

const NODES = [1, 2, 3, 4];
const cluster = new CliCluster({ size: 4, userPort: 18_981, peerPort: 28_981 });
let user: User;

beforeAll(async () => {
  const folder = await nodeContract(cluster, 'slow', FAST);
  writeFileSync(join(folder, 'hp.cfg.override'), JSON.stringify({ ...(JSON.parse(readFileSync(join(folder, 'hp.cfg.override'), 'utf8')) as object), node: { history: 'full' } }));
  await cluster.deploy(folder);
  await cluster.advance(NODES);
  user = await User.connect(cluster, 1);
  for (const text of ['a', 'b']) await user.accepted(text);
  await cluster.advance(NODES);
});
afterAll(async () => {
  await user.close();
  await cluster.dispose();
});

/** One bit in the middle. */
function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
}
const cutShort = (path: string): void => writeFileSync(path, readFileSync(path).subarray(0, -3));
const allIn = (...folder: string[]): string[] => {
  const root = cluster.path(4, ...folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /(^|\/)[0-9a-f]{64}$/.test(name)).map((name) => join(root, name));
};
const seed = (...names: string[]): string => cluster.path(4, 'ledger_fs', 'seed', ...names);

const KINDS: readonly (readonly [what: string, damage: () => string])[] = [
  ['ledgers, in the middle', () => { flip(seed('primary', '0', 'ledgers.log')); return 'ledgers.log'; }],
  ['ledgers, cut short', () => { cutShort(seed('primary', '0', 'ledgers.log')); return 'ledgers.log'; }],
  ['raw history', () => { flip(seed('raw', '0', 'raw.log')); return 'raw.log'; }],
  ['inputs of the last ledgers', () => { cutShort(seed('raw', 'recent.0.log')); return 'recent.0.log'; }],
  ['lists of files of kept states', () => { for (const path of allIn('contract_fs', 'manifests')) flip(path); return 'manifests/'; }],
  ['the record of the last run', () => { flip(cluster.path(4, 'contract_fs', 'run.bson')); return 'run.bson'; }],
  ['the record of the last run, cut short', () => { cutShort(cluster.path(4, 'contract_fs', 'run.bson')); return 'run.bson'; }],
  ['contents of kept states, and the files that they are of', () => {
    for (const path of allIn('contract_fs', 'blocks')) flip(path);
    writeFileSync(cluster.path(4, 'contract_fs', 'seed', 'state', 'runs.txt'), 'nonsense');
    return 'blocks/';
  }],
  ['patch.cfg', () => { cutShort(cluster.path(4, 'contract_fs', 'seed', 'patch.cfg')); return 'patch.cfg'; }],
];

/** Each by itself in `test:long`, else all that go together. */
const TRIED: readonly { readonly what: string; readonly damages: readonly (() => string)[] }[] = process.env.HOTPOCKET_TEST_LONG === '1'
  ? KINDS.map(([what, damage]) => ({ what, damages: [damage] }))
  : [{ what: 'files of every kind', damages: KINDS.filter(([what]) => !what.includes('cut short')).map(([, damage]) => damage) }];

describe.sequential('a node finds damaged', () => {
  it.each(TRIED)('$what', async ({ damages }) => {
    await cluster.ok('stop', '4');
    const names = damages.map((damage) => damage());
    const from = cluster.mark(4);
    await cluster.ok('start', '4');
    const text = await cluster.logged(4, /Ledger created/, from);
    const said = text.split('\n').filter((line) => line.includes('[wrn][hpc] FILE_DAMAGED: '));
    for (const name of names) expect(said.filter((line) => line.includes(name)), `${name}\n${text}`).not.toEqual([]);
    await cluster.advance(NODES);
    const last = cluster.last(1);
    await cluster.reached(4, last);
  });

  it('hp.cfg, which nobody else has: that is said in words, and nothing else is touched', async () => {
    await cluster.ok('stop', '4');
    const file = cluster.path(4, 'cfg', 'hp.cfg');
    const good = readFileSync(file);
    cutShort(file);
    const start = await cluster.run('start', '4');
    expect(start.code).not.toBe(0);
    expect(start.stderr).toMatch(/Node 4 did not start: .*Invalid config file format/s);
    const deployment = await cluster.run('deploy', cluster.bundle('other', { 'index.js': '' }, {}));
    expect(deployment.stderr).toContain(`The configuration of node 4 (${file}) cannot be used: `);
    expect(deployment.stderr).toContain('Correct the file');
    writeFileSync(file, good);
    await cluster.ok('start', '4');
    await cluster.advance(NODES);
  });

  it('cluster.json, which only the supervisor has', async () => {
    await cluster.ok('stop');
    const file = join(cluster.dir, 'cluster.json');
    const good = readFileSync(file);
    // The supervisor ends when there is nothing to do.
    await expect.poll(async () => (await cluster.processes()).length, { timeout: 20_000 }).toBe(0);
    cutShort(file);
    for (const command of ['status', 'start']) {
      const { code, stderr } = await cluster.run(command);
      expect([code === 0, stderr]).toEqual([false, expect.stringContaining(`The cluster's file ${file} cannot be used`)]);
    }
    writeFileSync(file, good);
    await cluster.ok('start');
    await cluster.advance(NODES);
  });
});
