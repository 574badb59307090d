// Sixteen nodes on this machine.
import { BenchCluster, sampleContract, sleep } from '../cluster.mjs';
import { watchRounds } from '../skipped.mjs';

const NODES = 16;
/** What is tried with a Node.js contract, ms. */
const STEP = 250;
const [SHORTEST, LONGEST] = [750, 6000];
const ROUNDS = 20;

const SHELL = { files: { 'contract.sh': 'cat > /dev/null\n' }, program: { bin_path: '/bin/sh', bin_args: 'contract.sh' } };
const node = () => ({ files: sampleContract(), program: { bin_path: '/usr/bin/node', bin_args: 'index.js' } });

/** Deploys at that round time (ms), and gives how many of the following rounds were skipped; of `runs` times ROUNDS each. */
function hold({ files, program }, roundTime, runs, most) {
  return BenchCluster.with(NODES, async (cluster) => {
    await cluster.deploy(cluster.bundle(files, { ...program, consensus: { roundtime: roundTime } }));
    await sleep(3 * roundTime);
    const skipped = [];
    for (let run = 0; run < runs; run++) skipped.push(await watchRounds(cluster, ROUNDS, roundTime, most));
    return skipped;
  });
}

/** Holds if no round is skipped. One that cannot even begin does not hold either. */
async function holds(roundTime, say) {
  say(`Node.js contract at ${roundTime} ms`);
  try {
    return (await hold(node(), roundTime, 1, 0))[0] === 0;
  } catch (error) {
    if (!String(error).includes('did not log')) throw error;
    return false;
  }
}

/** The shortest round time (ms) that holds, to the step; undefined if none does. Longer rounds are taken to be easier. */
async function shortest(say) {
  let [low, high] = [SHORTEST / STEP, LONGEST / STEP];
  if (!(await holds(2000, say))) {
    low = 2000 / STEP + 1;
    if (!(await holds(LONGEST, say))) return undefined;
  } else high = 2000 / STEP;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await holds(middle * STEP, say)) high = middle;
    else low = middle + 1;
  }
  return high * STEP;
}

async function* measure({ runs, say }) {
  say(`shell contract at 2000 ms, ${runs} times ${ROUNDS} rounds`);
  const shell = await hold(SHELL, 2000, runs);
  yield { title: `a shell contract, ${runs} times ${ROUNDS} rounds`, rows: [{ id: 'sixteen.shell', name: 'round time 2000 ms: ledgers skipped', unit: '', digits: 0, most: 0, values: shell }] };
  const held = await shortest(say);
  if (held === undefined) throw new Error(`With a Node.js contract not even ${LONGEST} ms are held.`);
  yield { title: `a Node.js contract, ${ROUNDS} rounds`, rows: [{ id: 'sixteen.node', name: `shortest round time without a skipped ledger, in steps of ${STEP}`, unit: 'ms', digits: 0, values: [held] }] };
}

export const sixteen = {
  title: 'Sixteen nodes',
  about: 'All on this machine, one contract process a node and round. The shortest round time is found by halving; a round counts as skipped if the node that skipped most made no ledger in it.',
  measure,
};
