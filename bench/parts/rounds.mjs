// Short rounds: how short they may be until ledgers are skipped, and what a node needs meanwhile.
import { spawnSync } from 'node:child_process';
import { BenchCluster, sampleContract, sleep } from '../cluster.mjs';
import { watchRounds } from '../skipped.mjs';

const NODES = 3;
const SETTLING_ROUNDS = 3;

/** Runs the sample contract at that round time (ms) for that long (s). Percent of rounds without a ledger, and what each node's process occupies, MiB. */
function hold(roundTime, seconds) {
  return BenchCluster.with(NODES, async (cluster) => {
    await cluster.deploy(cluster.bundle(sampleContract(), { bin_path: '/usr/bin/node', bin_args: 'index.js', consensus: { roundtime: roundTime } }));
    await sleep(SETTLING_ROUNDS * roundTime);
    const rounds = Math.round((seconds * 1000) / roundTime);
    const skipped = await watchRounds(cluster, rounds, roundTime);
    return { skipped, percent: (100 * skipped) / rounds, memory: cluster.status().nodes.map(({ state }) => residentMiB(state.pid)) };
  });
}

function residentMiB(pid) {
  return Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout) / 1024;
}

async function* measure({ runs, say }) {
  const [second, shorter] = [[], []];
  for (let run = 1; run <= runs; run++) {
    say(`a minute at 1000 ms, ${run} of ${runs}`);
    second.push(await hold(1000, 60));
  }
  yield {
    title: `three nodes, ${runs} clusters for a minute each`,
    rows: [
      { id: 'rounds1000.skipped', name: 'round time 1000 ms: ledgers skipped in the worst minute', unit: '', digits: 0, most: 0, values: [Math.max(...second.map(({ skipped }) => skipped))] },
      { id: 'node.memory', name: 'resident memory of a node after that minute, without users', unit: 'MiB', digits: 0, most: 80, values: second.flatMap(({ memory }) => memory) },
    ],
  };
  for (let run = 1; run <= runs; run++) {
    say(`20 s at 600 ms, ${run} of ${runs}`);
    shorter.push(await hold(600, 20));
  }
  yield {
    title: `three nodes, ${runs} clusters for 20 s each`,
    rows: [{ id: 'rounds600.skipped', name: 'round time 600 ms: rounds skipped', unit: '%', digits: 1, most: 22, values: shorter.map(({ percent }) => percent) }],
  };
}

export const rounds = {
  title: 'Short rounds',
  about: 'The sample contract (Node.js, one process a node and round) on three nodes. A round counts as skipped if the node that skipped most made no ledger in it.',
  measure,
};
