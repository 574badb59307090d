// How long an author waits, from the command to what the log shows.
import { BenchCluster, sample } from './cluster.mjs';
import { row, table } from './table.mjs';

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

export async function commands(runs) {
  const rows = [];
  const three = await repeat(runs, () => deploy(3));
  rows.push(row('fresh deploy of 3: command to all nodes listening', 1, three.map((r) => r.started / 1000)));
  rows.push(row('fresh deploy of 3: command to first ledger on all', 4, three.map((r) => r.ledger / 1000)));

  for (const [size, node] of [[3, 3], [5, 5]]) {
    const cluster = new BenchCluster(size);
    try {
      const since = Date.now();
      cluster.run('deploy', sample);
      await last(nodes(size).map((n) => cluster.line(n, CREATED, since)));
      const results = await repeat(runs, () => restart(cluster, node));
      rows.push(row(`stop node ${node} of ${size}: command`, 0.5, results.map((r) => r.stopped / 1000)));
      rows.push(row(`start node ${node} of ${size}: command to node listening`, undefined, results.map((r) => r.started / 1000)));
      rows.push(row(`start node ${node} of ${size}: command to ${size === 3 ? 'the next ledger on all' : 'back in step (a ledger of its own)'}`, size === 3 ? 3.6 : 6, results.map((r) => r.ledger / 1000)));
    } finally {
      cluster.dispose();
    }
  }
  table('seconds, round time 2000 ms', rows);
}
