'use strict';

const HotPocket = require('hotpocket-nodejs-contract');
const { parse } = require('./request');
const store = require('./store');

/** Runs once in every round, on every node, with the inputs that the nodes agreed on; and for each read request. */
async function contract(ctx) {
  if (!ctx.readonly) console.log(`Ledger ${ctx.lclSeqNo}: ${ctx.users.count()} user(s)`);

  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      const request = parse(await ctx.users.read(input));
      await user.send(answer(request, ctx.readonly));
    }
  }
}

function answer({ type, data }, readonly) {
  switch (type) {
    case 'stat':
      return { type: 'statResult', data: 'Contract is online' };
    case 'get':
      return { type: 'dataResult', data: store.read() };
    case 'set':
      if (readonly) return { type: 'error', error: 'Data can only be set by an input, not by a read request' };
      if (typeof data !== 'string') return { type: 'error', error: 'Data must be text' };
      store.write(data);
      return { type: 'dataResult', data: 'success' };
    default:
      return { type: 'error', error: typeof type === 'string' ? `Unknown request type: ${type}` : 'Send JSON, such as {"type":"set","data":"hello"}' };
  }
}

void new HotPocket.Contract().init(contract);
