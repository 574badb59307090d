// A contract with many files.
import { build } from 'esbuild';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchCluster, CREATED, sleep, someMoment } from '../cluster.mjs';
import { connect, library } from '../client.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const NODES = 5;
const FOLDERS = 200;
const FILES = 100;
const BYTES = 10_240;
const READS = 40;
const ROUND_TIME = 2000;

/** The contract with 200 MB in 20,000 files. */
async function makeBundle(cluster) {
  const { outputFiles } = await build({ entryPoints: [join(here, 'files/contract.js')], bundle: true, platform: 'node', target: 'node20', write: false, logLevel: 'warning' });
  const folder = cluster.bundle({ 'index.js': outputFiles[0].contents }, { bin_path: '/usr/bin/node', bin_args: 'index.js' });
  for (let i = 0; i < FOLDERS; i++) {
    mkdirSync(join(folder, `folder${i}`));
    for (let k = 0; k < FILES; k++) writeFileSync(join(folder, `folder${i}`, `file${k}.dat`), randomBytes(BYTES));
  }
  return folder;
}

/** The last rounds of all nodes. */
const profiles = (cluster, rounds) => cluster.nodes.flatMap((node) => JSON.parse(cluster.output('profile', String(node), '--rounds', String(rounds), '--json')).records);

/** Copies of all files for read requests are made in the first rounds, which are no usual ones. */
async function settled(cluster, say) {
  say('waiting until all copies are made');
  for (let calm = 0; calm < 3; ) {
    await sleep(ROUND_TIME);
    calm = profiles(cluster, 1).every(({ phases, files }) => phases.prepare < 5 && files?.hashed < 5) ? calm + 1 : 0;
  }
}

async function* measure({ runs, say }) {
  library.setLogLevel(1);
  const cluster = new BenchCluster(NODES);
  const clients = [];
  try {
    const folder = await makeBundle(cluster);
    say('deploying');
    const since = Date.now();
    cluster.run('deploy', folder);
    await cluster.all(CREATED, since, 180_000);
    await settled(cluster, say);

    const rounds = 6 * runs;
    say(`${rounds} rounds`);
    await sleep(rounds * ROUND_TIME);
    const records = profiles(cluster, rounds);
    // The file is changed in each third round, and looked through once more in the next: it was too young for its time stamp to be trusted.
    const hash = (rest) => records.filter(({ ledgerSeqNo }) => ledgerSeqNo % 3 === rest).map(({ phases }) => phases.hash);
    yield {
      title: `hashing, ${NODES} nodes`,
      rows: [
        { id: 'files.unchanged', name: 'a round that changed nothing', unit: 'ms', digits: 0, most: 60, values: hash(2) },
        { id: 'files.changed', name: 'a round that changed one file', unit: 'ms', digits: 0, most: 80, values: hash(0) },
      ],
    };

    say(`${READS} read requests, one after the other`);
    for (const node of cluster.nodes) clients.push(await connect(cluster, node));
    const starts = [];
    for (let i = 0; i < READS; i++) {
      await someMoment(ROUND_TIME);
      const begin = Date.now();
      const { started } = await clients[i % NODES].submitContractReadRequest('when');
      starts.push(started - begin);
    }
    yield { title: `read requests, ${NODES} nodes`, rows: [{ id: 'files.read', name: 'from a read request to the start of its process', unit: 'ms', digits: 0, most: 150, values: starts }] };
  } finally {
    for (const client of clients) await client.close();
    cluster.dispose();
  }
}

export const files = {
  title: 'Many files',
  about: `${(FOLDERS * FILES).toLocaleString('en')} files with ${Math.round((FOLDERS * FILES * BYTES) / 1e6)} MB on ${NODES} nodes, of which a Node.js contract changes one in each third round. What hashing takes is what the nodes themselves keep account of (\`hotpocket profile\`), all nodes together.`,
  measure,
};
