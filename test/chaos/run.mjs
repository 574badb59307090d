// `npm run chaos -- [--minutes 5] [--seed 1] [--sizes 3,5,7] [--kinds 'kill node,drop']`: faults on real processes (TESTING.md, "Chaos").
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' }, sizes: { type: 'string' }, kinds: { type: 'string' } } });
const env = { ...process.env };
for (const [name, value] of Object.entries(values)) {
  if (name !== 'kinds' && !/^[\d.,]+$/.test(value)) throw new Error(`--${name} is a number.`);
  env[`HOTPOCKET_CHAOS_${name.toUpperCase()}`] = value;
}
// Disks that can be filled are mounted where nobody else sees them.
const alone = process.platform === 'linux' && process.getuid() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
if (alone) env.HOTPOCKET_CHAOS_DISKS = '1';
else console.log("No disks are filled: that takes root on Linux, and util-linux's unshare.");
const [program, ...before] = [...(alone ? ['unshare', '-m', '--propagation', 'private'] : []), process.execPath];
const { status } = spawnSync(program, [...before, join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'chaos', '--disable-console-intercept'], { cwd: root, env, stdio: 'inherit' });
process.exitCode = status ?? 1;
