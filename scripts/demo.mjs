// `npm run demo [-- --keep]`: builds the sample contract, deploys it to three nodes of the embedded cluster, shows their
// logs, sends an input and a read request, and tidies up. With --keep the cluster runs on.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const keep = process.argv.includes('--keep');
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

// A cluster that is only shown must not get in the way of one that is worked on.
const home = keep ? process.env.HOTPOCKET_HOME : mkdtempSync(join(tmpdir(), 'hotpocket-demo-'));
const env = { ...process.env, ...(home ? { HOTPOCKET_HOME: home } : {}), HP_CLUSTER_SIZE: process.env.HP_CLUSTER_SIZE ?? '3', HP_DEFAULT_NODE: '0' };
const port = Number(env.HP_USER_PORT_BEGIN ?? 8081);
const children = new Set();

function run(args, { prefix, onLine = () => {} } = {}) {
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: prefix ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
  children.add(child);
  const done = new Promise((resolve) => child.once('exit', (code) => { children.delete(child); resolve(code); }));
  for (const stream of prefix ? [child.stdout, child.stderr] : []) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        console.log(`${prefix} ${line}`);
        onLine(line);
      }
    });
  }
  return { child, done };
}

async function must(args, what) {
  const code = await run(args).done;
  if (code !== 0) throw new Error(`${what} failed.`);
}

const hotpocket = join(root, 'dist/cli.js');
const say = (text) => console.log(`\n${paint('1;36', `== ${text}`)}`);
let deployed = false;
let tidied;

function tidy() {
  tidied ??= (async () => {
    for (const child of children) child.kill('SIGINT');
    if (deployed && !keep) {
      say('Tidying up');
      await run([hotpocket, 'clean']).done;
    }
    if (!keep) rmSync(home, { recursive: true, force: true });
  })();
  return tidied;
}

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]]) process.on(signal, () => void tidy().then(() => process.exit(code)));

try {
  say('Building the sample contract (samples/starter)');
  await must([join(root, 'samples/starter/build.mjs')], 'The build');
  say(`Deploying it to a cluster of ${env.HP_CLUSTER_SIZE} nodes`);
  deployed = true;
  await must([hotpocket, 'deploy', join(root, 'samples/starter/dist')], 'The deployment');
  say('The logs of the nodes');
  let ledgers = 0;
  let seenTwo;
  const twoLedgers = new Promise((resolve) => (seenTwo = resolve));
  const countLedgers = (line) => line.includes('Ledger created') && ++ledgers === 2 * 3 && seenTwo();
  const logs = ['1', '2', '3'].map((n, i) => run([hotpocket, 'logs', n, '--tail', '3'], { prefix: paint(String(32 + i), `node ${n} |`), onLine: countLedgers }));
  await twoLedgers;
  say('A client sends a read request and an input');
  const client = run([join(root, 'samples/starter/client/client.js'), String(port), 'Hello HotPocket'], { prefix: paint('35', 'client |') });
  if ((await client.done) !== 0) throw new Error('The client failed.');
  for (const { child } of logs) child.kill('SIGINT');
  await Promise.all(logs.map((log) => log.done));
  say('The cluster');
  await must([hotpocket, 'status'], 'The status');
  if (keep) say(`The cluster runs on. Its nodes listen from port ${port} on; end it with: node dist/cli.js clean`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await tidy();
}
