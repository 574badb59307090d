// `npm run fuzz -- [--messages 1000000] [--seed 1] [--targets 'hp.cfg,peer port']`: messages that are made to be wrong (TESTING.md, "Bad input").
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { values } = parseArgs({ options: { messages: { type: 'string' }, seed: { type: 'string' }, targets: { type: 'string' } } });
const env = { ...process.env };
for (const [name, value] of Object.entries(values)) {
  if (name !== 'targets' && !/^\d+$/.test(value)) throw new Error(`--${name} is a number.`);
  env[`HOTPOCKET_FUZZ_${name.toUpperCase()}`] = value;
}
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'fuzz', '--disable-console-intercept'], { cwd: root, env, stdio: 'inherit' });
process.exitCode = status ?? 1;
