// `npm run soak -- [--ledgers 10000]`: a cluster that runs for long (TESTING.md, "Long runs").
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { values } = parseArgs({ options: { ledgers: { type: 'string', default: '10000' } } });
if (!/^\d+$/.test(values.ledgers)) throw new Error('--ledgers is a number.');
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'soak', '--disable-console-intercept'], {
  cwd: root, env: { ...process.env, HOTPOCKET_SOAK_LEDGERS: values.ledgers }, stdio: 'inherit',
});
process.exitCode = status ?? 1;
