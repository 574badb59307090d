// How long an author waits, from the command to what the log shows.
import { BenchCluster, CREATED, LISTENING, sample, someMoment } from '../cluster.mjs';

/** What depends on the moment in a round is measured so many times as often. */
const MOMENTS = 3;

/** Fresh deploy: until all nodes listen, and until the first ledger is in the log of every node; and how long it takes to remove all that. */
async function fresh(size, redeploys) {
  const cluster = new BenchCluster(size);
  const result = {};
  try {
    const since = Date.now();
    cluster.run('deploy', sample);
    result.started = (await cluster.all(LISTENING, since)) - since;
    result.ledger = (await cluster.all(CREATED, since)) - since;
    if (redeploys) {
      await someMoment();
      const again = Date.now();
      cluster.run('deploy', sample);
      // Until they are stopped the nodes go on with what they have; a deployment begins with ledger 1.
      result.redeployed = (await cluster.all(`${CREATED} (lcl:1-`, again)) - again;
    }
    await someMoment();
    result.cleaned = cluster.run('clean');
  } finally {
    cluster.dispose();
  }
  return result;
}

/** Stop a node, start it again: until the next ledger is in the log of every node. */
async function restart(cluster, node) {
  const stopped = cluster.run('stop', String(node));
  await someMoment();
  const since = Date.now();
  cluster.run('start', String(node));
  const started = (await cluster.line(node, LISTENING, since)).at - since;
  const own = await cluster.line(node, CREATED, since);
  const ledger = (await cluster.all(own.message, since)) - since;
  await someMoment();
  return { stopped, started, ledger };
}

async function repeat(times, say, measure) {
  const results = [];
  for (let i = 1; i <= times; i++) {
    say(`${i} of ${times}`);
    results.push(await measure());
  }
  return results;
}

const seconds = (results, key) => results.map((result) => result[key] / 1000);

async function* measure({ runs, say }) {
  const times = MOMENTS * runs;
  const three = await repeat(times, (text) => say(`deploy 3 nodes, deploy again, clean, ${text}`), () => fresh(3, true));
  yield {
    title: 'three nodes',
    rows: [
      { id: 'deploy3.listening', name: 'fresh deploy of 3: all nodes listen', unit: 's', most: 1, values: seconds(three, 'started') },
      { id: 'deploy3.ledger', name: 'fresh deploy of 3: first ledger on all', unit: 's', most: 4, values: seconds(three, 'ledger') },
      { id: 'redeploy3.ledger', name: 'redeploy of 3: first ledger on all', unit: 's', most: 4, values: seconds(three, 'redeployed') },
      { id: 'clean.command', name: 'clean of 3', unit: 's', most: 1, values: seconds(three, 'cleaned') },
    ],
  };
  const five = await repeat(times, (text) => say(`deploy 5 nodes, ${text}`), () => fresh(5, false));
  yield { title: 'five nodes', rows: [{ id: 'deploy5.ledger', name: 'fresh deploy of 5: first ledger on all', unit: 's', most: 5, values: seconds(five, 'ledger') }] };

  const of3 = await restarts(3, 3, times, say);
  yield {
    title: 'one node of three',
    rows: [
      { id: 'stop3of3.command', name: 'stop 3 of 3', unit: 's', most: 0.5, values: seconds(of3, 'stopped') },
      { id: 'start3of3.listening', name: 'start 3 of 3: it listens', unit: 's', values: seconds(of3, 'started') },
      { id: 'start3of3.ledger', name: 'start 3 of 3: next ledger on all', unit: 's', most: 3.6, values: seconds(of3, 'ledger') },
    ],
  };
  const of5 = await restarts(5, 5, times, say);
  yield {
    title: 'one node of five',
    rows: [
      { id: 'stop5of5.command', name: 'stop 5 of 5', unit: 's', most: 0.5, values: seconds(of5, 'stopped') },
      { id: 'start5of5.listening', name: 'start 5 of 5: it listens', unit: 's', values: seconds(of5, 'started') },
      { id: 'start5of5.rounds', name: 'start 5 of 5: back in step', unit: 'rounds', most: 3, values: of5.map(({ ledger }) => ledger / 2000) },
    ],
  };
}

function restarts(size, node, times, say) {
  return BenchCluster.with(size, async (cluster) => {
    await cluster.deploy(sample);
    return repeat(times, (text) => say(`stop and start node ${node} of ${size}, ${text}`), () => restart(cluster, node));
  });
}

export const commands = {
  title: 'Commands',
  about: 'From the command in a terminal to its end, or to the time stamp of a line in the nodes\' logs, at some moment of a round; fresh deployments have a contract id of their own each. A node is back in step when it closes a ledger that all the others close too.',
  measure,
};
