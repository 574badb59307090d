// How long a user waits, by the published client library.
import { BenchCluster, sample, someMoment } from '../cluster.mjs';
import { connect, library } from '../client.mjs';

const MOMENTS = 40;
const ROUND_TIME = 2000;
const USERS = 4;

/** From handing an input in to the status `accepted`, ms. */
async function input(client, text) {
  await someMoment(ROUND_TIME);
  const begin = performance.now();
  const { submissionStatus } = await client.submitContractInput(JSON.stringify({ type: 'set', data: text }));
  const { status, reason } = await submissionStatus;
  if (status !== 'accepted') throw new Error(`The input was ${status}: ${reason}`);
  return performance.now() - begin;
}

/** From asking to the contract's answer, ms. */
async function read(client) {
  await someMoment(ROUND_TIME);
  const begin = performance.now();
  const answer = await client.submitContractReadRequest(JSON.stringify({ type: 'stat' }));
  if (answer?.type !== 'statResult') throw new Error(`The contract answered ${JSON.stringify(answer)}.`);
  return performance.now() - begin;
}

async function* measure({ say }) {
  library.setLogLevel(1);
  const cluster = new BenchCluster(3);
  const clients = [];
  try {
    await cluster.deploy(sample);
    for (let i = 0; i < USERS; i++) clients.push(await connect(cluster, (i % 3) + 1));
    say(`${MOMENTS} inputs of ${USERS} users`);
    const accepted = (await Promise.all(clients.map(async (client, user) => {
      const times = [];
      for (let i = 0; i < MOMENTS / USERS; i++) times.push((await input(client, `${user}-${i}`)) / ROUND_TIME);
      return times;
    }))).flat();
    say(`${MOMENTS} read requests, one after the other`);
    const answers = [];
    for (let i = 0; i < MOMENTS; i++) answers.push(await read(clients[i % USERS]));
    yield {
      title: 'a user of three nodes',
      rows: [
        { id: 'input.accepted', name: `input accepted, ${MOMENTS} moments`, unit: 'rounds', most: 1.6, values: accepted },
        { id: 'input.slowest', name: 'the slowest of them', unit: 'rounds', most: 2 + 150 / ROUND_TIME, values: [Math.max(...accepted)] },
        { id: 'read.answer', name: 'read request answered', unit: 'ms', digits: 0, most: 100, values: answers },
      ],
    };
  } finally {
    for (const client of clients) await client.close();
    cluster.dispose();
  }
}

export const users = {
  title: 'Users',
  about: `The published client library, ${USERS} users on three nodes, at ${MOMENTS} random moments each: from handing an input in to its status \`accepted\`, and from a read request to its answer.`,
  measure,
};
