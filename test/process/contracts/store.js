'use strict';

const fs = require('fs');
const HotPocket = require('hotpocket-nodejs-contract');

// Keeps one text. Its messages are those of the contract that the transcripts of a real cluster were recorded with.

const FILE = 'data.txt';

async function contract(ctx) {
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      // What is no JSON ends the contract.
      const message = JSON.parse(await ctx.users.read(input));
      await user.send(answer(message, ctx.readonly));
    }
  }
}

function answer({ type, data }, readonly) {
  if (type === 'stat') return { type: 'statResult', data: 'Contract is online' };
  if (type === 'get') return { type: 'dataResult', data: fs.existsSync(FILE) ? fs.readFileSync(FILE, 'utf8') : '' };
  if (type === 'set' && !readonly) {
    fs.writeFileSync(FILE, data);
    return { type: 'dataResult', data: 'success' };
  }
  return { type: 'error', error: 'Unknown message type' };
}

void new HotPocket.Contract().init(contract);
