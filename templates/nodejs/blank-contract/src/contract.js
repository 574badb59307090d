'use strict';

const HotPocket = require('hotpocket-nodejs-contract');
const { answer } = require('./answer');

/** Runs once in every round, on every node, with the inputs that the nodes agreed on; and for each read request. */
async function contract(ctx) {
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) await user.send(answer((await ctx.users.read(input)).toString()));
  }
}

void new HotPocket.Contract().init(contract);
