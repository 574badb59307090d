// Eager rounds: how fast ledgers come and how soon a user has an answer.
import { BenchCluster, CREATED, sample, someMoment } from '../cluster.mjs';
import { connect, library } from '../client.mjs';

const NODES = 3;
const ROUND_TIME = 2000;
const ANSWERS = 40;
/** s */
const BUSY = 10;

/** From handing an input in to the contract's answer for it, ms. */
async function answer(client) {
  const begin = performance.now();
  const answered = new Promise((resolve) => {
    const heard = () => {
      client.clear(library.events.contractOutput);
      resolve(performance.now() - begin);
    };
    client.on(library.events.contractOutput, heard);
  });
  const { submissionStatus } = await client.submitContractInput(JSON.stringify({ type: 'set', data: 'eager' }));
  const { status, reason } = await submissionStatus;
  if (status !== 'accepted') throw new Error(`The input was ${status}: ${reason}`);
  return answered;
}

/** Ledgers a second while one user hands in an input as soon as the last one is answered. */
async function busy(cluster, client) {
  const since = Date.now();
  while (Date.now() < since + BUSY * 1000) await answer(client);
  const until = Date.now();
  return cluster.nodes.map((node) => (1000 * cluster.lines(node).filter(({ at, message }) => message.startsWith(CREATED) && at >= since && at < until).length) / (until - since));
}

async function* measure({ runs, say }) {
  library.setLogLevel(1);
  const cluster = new BenchCluster(NODES);
  let client;
  try {
    await cluster.deploy(sample);
    cluster.run('rounds', 'eager');
    client = await connect(cluster, 1);
    say(`${ANSWERS} inputs, one after the other`);
    const answers = [];
    for (let i = 0; i < ANSWERS; i++) {
      await someMoment(ROUND_TIME);
      answers.push(await answer(client));
    }
    yield { title: `a user of ${NODES} nodes, ${ANSWERS} random moments`, rows: [{ id: 'eager.answer', name: 'own output back', unit: 'ms', digits: 0, most: 300, values: answers }] };
    const speeds = [];
    for (let run = 1; run <= runs; run++) {
      say(`${BUSY} s with input after input, ${run} of ${runs}`);
      speeds.push(...(await busy(cluster, client)));
    }
    yield { title: `input after input, ${runs} times ${BUSY} s`, rows: [{ id: 'eager.ledgers', name: 'ledgers a second, of each node', unit: '', least: 5, values: speeds }] };
  } finally {
    await client?.close();
    cluster.dispose();
  }
}

export const eager = {
  title: 'Eager rounds',
  about: `The sample contract (Node.js) on ${NODES} nodes with \`hotpocket rounds eager\` and a round time of ${ROUND_TIME} ms. One user of the published client library hands in an input at a random moment, or as soon as the last one is answered.`,
  measure,
};
