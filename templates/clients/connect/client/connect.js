'use strict';

const HotPocket = require('hotpocket-js-client');

/** A user with new keys, or the given ones, connected to the node of that port. */
exports.connect = async (port = '8081', keys = undefined) => {
  const client = await HotPocket.createClient([`wss://localhost:${port}`], keys ?? (await HotPocket.generateKeys()));
  const outputs = [];
  let wake = () => {};
  client.on(HotPocket.events.contractOutput, (event) => {
    outputs.push(...event.outputs);
    wake();
  });
  if (!(await client.connect())) throw new Error('Connection failed. Is the contract deployed?');
  return {
    /** Answered by this one node at once, from its last state. */
    read: (request) => client.submitContractReadRequest(request),
    /** Agreed upon by all nodes; gives the contract's first output for it. */
    async submit(input) {
      const { submissionStatus } = await client.submitContractInput(input);
      const { status, reason } = await submissionStatus;
      if (status !== 'accepted') throw new Error(`The input was ${status}: ${reason}`);
      while (outputs.length === 0) await new Promise((resolve) => (wake = resolve));
      return outputs.shift();
    },
    close: () => client.close(),
  };
};
