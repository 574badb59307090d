'use strict';

// Usage: node client.js [port] [text to store]
const HotPocket = require('hotpocket-js-client');

async function main(port = '8081', text = 'hello') {
  const keys = await HotPocket.generateKeys();
  const client = await HotPocket.createClient([`wss://localhost:${port}`], keys);

  const outputs = [];
  let wake = () => {};
  client.on(HotPocket.events.contractOutput, ({ ledgerSeqNo, outputs: list }) => {
    for (const output of list) outputs.push({ ledgerSeqNo, output });
    wake();
  });

  if (!(await client.connect())) throw new Error('Connection failed.');
  console.log('HotPocket Connected.');

  // A read request is answered by this one node at once, from its last state.
  console.log('Read request: ', JSON.stringify(await client.submitContractReadRequest(JSON.stringify({ type: 'stat' }))));

  // An input is agreed upon by all nodes first; the outputs come with the ledger after the one that holds it.
  const input = await client.submitContractInput(JSON.stringify({ type: 'set', data: text }));
  const status = await input.submissionStatus;
  if (status.status !== 'accepted') throw new Error(`The input was ${status.status}: ${status.reason}`);
  console.log(`Input accepted in ledger ${status.ledgerSeqNo}.`);
  while (outputs.length === 0) await new Promise((resolve) => (wake = resolve));
  for (const { ledgerSeqNo, output } of outputs) console.log(`Output with ledger ${ledgerSeqNo}:`, JSON.stringify(output));

  console.log('Stored data:  ', JSON.stringify(await client.submitContractReadRequest(JSON.stringify({ type: 'get' }))));
  await client.close();
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
