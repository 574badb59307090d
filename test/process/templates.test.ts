import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { templates } from '../../src/project/templates';
import { troublesIn } from '../support/troubles';
import { CliCluster } from './support/cliCluster';
import { User } from './support/users';

// Each template as a new author meets it: made, built, tested, deployed and talked to. Libraries are those of this project, so npm install is left out.

const USER_PORT = 19_681;
const root = resolve(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'neue prögrams '));
const cluster = new CliCluster({ size: 3, userPort: USER_PORT, peerPort: 29_681 });

/** In the short form one of each sort. */
const tried = process.env.HOTPOCKET_TEST_LONG ? templates : templates.filter(({ platform, type }) => `${platform} ${type}` === 'typescript starter-contract');

const NODE = { build: ['npm', 'run', 'build'], test: ['npm', 'test'], deploy: 'dist' };
/** How a project is built and tested, what is deployed, and what its client prints. */
interface Trial { readonly build?: readonly string[]; readonly test: readonly string[]; readonly deploy: string; readonly client?: RegExp }
const ofNode: Readonly<Record<string, Trial>> = {
  'blank-contract': { ...NODE, client: /Read request: You said: hello\nInput: You said: hello\n/ },
  'starter-contract': { ...NODE, client: /success[^]*Stored data: .*hello/ },
  'file-contract': { ...NODE, client: /"uploaded"[^]*"client\.js"[^]*Downloaded as it was: true\n/ },
  'npl-contract': { ...NODE, client: /Agreed upon: \d+ of 3 nodes\n/ },
  'upgrader-contract': { ...NODE, client: /"claimed"[^]*"upgraded"[^]*After: {"type":"version","version":"1.0"}\n/ },
};
const inBoth = (platform: string): Readonly<Record<string, Trial>> => Object.fromEntries(Object.entries(ofNode).map(([type, trial]) => [`${platform} ${type}`, trial]));
const known: Readonly<Record<string, Trial>> = {
  ...inBoth('nodejs'),
  ...inBoth('typescript'),
  'python blank-contract': { test: ['/usr/bin/python3', 'test/test_answer.py'], deploy: 'src' },
  'c blank-contract': { build: ['make'], test: ['make', 'test'], deploy: 'dist' },
};

const has = (command: string): boolean => {
  try {
    execFileSync('sh', ['-c', 'command -v "$0"', command]);
    return true;
  } catch {
    return false;
  }
};
const run = (cwd: string, [command = '', ...args]: readonly string[]): string => execFileSync(command, args, { cwd, encoding: 'utf8', timeout: 90_000, env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` } });

beforeAll(() => symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules')));
afterAll(async () => {
  await cluster.dispose();
  rmSync(folder, { recursive: true, force: true });
});

it('knows how to try every template', () => {
  expect(Object.keys(known)).toEqual(templates.map(({ platform, type }) => `${platform} ${type}`));
});

const missing = { python: has('/usr/bin/python3') ? '' : 'no /usr/bin/python3', c: has('cc') && has('make') ? '' : 'no C compiler', nodejs: '', typescript: '' };

for (const { platform, type, example } of tried) {
  const reason = missing[platform];
  it.skipIf(reason !== '')(`${platform} ${type} is built, tested, deployed and talked to${reason && ` (${reason})`}`, async () => {
    const { build, test, deploy, client } = known[`${platform} ${type}`]!;
    const name = `${platform}_${type.replaceAll('-', '_')}`;
    run(folder, [process.execPath, join(root, 'dist/cli.js'), 'gen', platform, type, name]);
    const project = join(folder, name);
    if (build) run(project, build);
    run(project, test);
    if (platform === 'typescript') run(project, ['tsc']);
    await cluster.deploy(join(project, deploy));
    for (const node of [1, 2, 3]) await cluster.reached(node, 1);
    if (client) {
      expect(run(project, ['npm', 'run', '--silent', 'client', '--', String(USER_PORT)])).toMatch(client);
      await bearsAnyInput(example);
    } else {
      const user = await User.connect(cluster, 2);
      try {
        expect(await user.read('hällo')).toBe('You said: hällo');
        for (const text of ['one', 'two']) await user.accepted(text);
        for (const text of ['one', 'two']) await user.receives(`You said: ${text}`);
      } finally {
        await user.close();
      }
    }
    cluster.requireSameLedgers([1, 2, 3]);
  });
}

/** What its README proposes, what people type first, and what is a request but for something that is missing: none of it ends the contract. */
async function bearsAnyInput(example: string): Promise<void> {
  const user = await User.connect(cluster, 2);
  try {
    const inputs = [example, 'hello', 'null', '{"type":{}}', '{"type":"set"}', '{"type":"upload","name":"x"}', '{"type":"claim"}', '{"type":"upgrade"}'];
    const ledgers = await Promise.all(inputs.map((input) => user.accepted(input)));
    for (const node of [1, 2, 3]) {
      // By then it has run with them.
      await cluster.reached(node, Math.max(...ledgers) + 1);
      expect(troublesIn(cluster.log(node)).filter((code) => ['CONTRACT_EXIT_CODE', 'CONTRACT_PRINTED_ERROR'].includes(code))).toEqual([]);
    }
  } finally {
    await user.close();
  }
}
