// `npm run bench [-- --runs 5]`: how long an author waits, from the command to what the log shows (BENCHMARKS in TESTING.md).
import { cpus, totalmem, release, type } from 'node:os';
import { BenchCluster, sample } from './cluster.mjs';

const runs = Number(process.argv[process.argv.indexOf('--runs') + 1] || 5) || 5;
const CREATED = '****Ledger created****';
const LISTENING = 'Started listening for user connections';
const nodes = (size) => Array.from({ length: size }, (_, i) => i + 1);
const last = async (promises) => Math.max(...(await Promise.all(promises)).map((line) => line.at));

/** Fresh deploy: until all nodes listen, and until the first ledger is in the log of every node. */
async function deploy(size) {
  const cluster = new BenchCluster(size);
  try {
    const since = Date.now();
    cluster.run('deploy', sample);
    const started = await last(nodes(size).map((n) => cluster.line(n, LISTENING, since)));
    const ledger = await last(nodes(size).map((n) => cluster.line(n, CREATED, since)));
    return { started: started - since, ledger: ledger - since };
  } finally {
    cluster.dispose();
  }
}

/** Stop a node, start it again: until the next ledger is in the log of every node, and of that node. */
async function restart(cluster, node) {
  const before = Date.now();
  cluster.run('stop', String(node));
  const stopped = Date.now() - before;
  // A moment of its own each time: nothing is gained by always stopping at the same place of a round.
  await new Promise((resolve) => setTimeout(resolve, 3_000 + Math.random() * 2_000));
  const since = Date.now();
  cluster.run('start', String(node));
  const started = (await cluster.line(node, LISTENING, since)).at - since;
  const own = await cluster.line(node, CREATED, since);
  const all = await last(nodes(cluster.size).map((n) => cluster.line(n, own.message, since)));
  return { stopped, started, ledger: all - since };
}

async function repeat(times, measure) {
  const results = [];
  for (let i = 0; i < times; i++) results.push(await measure());
  return results;
}

const rows = [];
function row(name, target, values) {
  const sorted = [...values].sort((a, b) => a - b);
  const seconds = (ms) => (ms / 1000).toFixed(2);
  const median = sorted[Math.floor(sorted.length / 2)];
  rows.push([name, target ? `≤ ${target.toFixed(1)}` : '', seconds(median), `${seconds(sorted[0])} – ${seconds(sorted.at(-1))}`, target && median > target * 1000 ? 'missed' : '']);
}

const three = await repeat(runs, () => deploy(3));
row('fresh deploy of 3: command to all nodes listening', 1, three.map((r) => r.started));
row('fresh deploy of 3: command to first ledger on all', 4, three.map((r) => r.ledger));

for (const [size, node] of [[3, 3], [5, 5]]) {
  const cluster = new BenchCluster(size);
  try {
    const since = Date.now();
    cluster.run('deploy', sample);
    await last(nodes(size).map((n) => cluster.line(n, CREATED, since)));
    const results = await repeat(runs, () => restart(cluster, node));
    row(`stop node ${node} of ${size}: command`, 0.5, results.map((r) => r.stopped));
    row(`start node ${node} of ${size}: command to node listening`, undefined, results.map((r) => r.started));
    row(`start node ${node} of ${size}: command to ${size === 3 ? 'the next ledger on all' : 'back in step (a ledger of its own)'}`, size === 3 ? 3.6 : 6, results.map((r) => r.ledger));
  } finally {
    cluster.dispose();
  }
}

const header = ['seconds, round time 2000 ms', 'target', 'median', 'range', ''];
const widths = header.map((_, i) => Math.max(...[header, ...rows].map((r) => r[i].length)));
console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node.js ${process.version}, ${runs} runs each\n`);
for (const r of [header, ...rows]) console.log(r.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd());
