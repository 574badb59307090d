'use strict';

const HotPocket = require('hotpocket-nodejs-contract');

// Answers every input and read request by messages of every kind that contracts send, the last one with what it was asked.

async function contract(ctx) {
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      const text = (await ctx.users.read(input)).toString();
      for (const message of ['a string', { type: 'object', n: 1.5 }, [1, 'two'], 7, true, Buffer.from('plain text'), Buffer.from(`to ${text}`)]) await user.send(message);
    }
  }
}

void new HotPocket.Contract().init(contract);
