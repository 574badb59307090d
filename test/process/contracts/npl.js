'use strict';

const crypto = require('crypto');
const fs = require('fs');
const HotPocket = require('hotpocket-nodejs-contract');

// Every node says a number of its own; all go on with the greatest. What they agreed on is the state.

async function contract(ctx) {
  const heard = new Map();
  const all = new Promise((resolve) => {
    ctx.unl.onMessage((node, message) => {
      heard.set(node.publicKey, Number(message.toString()));
      if (heard.size === ctx.unl.count()) resolve();
    });
  });
  const mine = crypto.randomInt(1_000_000);
  await ctx.unl.send(String(mine));
  await all;
  console.log(`run ${ctx.lclSeqNo} said ${mine} heard ${[...heard.values()].sort((a, b) => a - b).join(' ')} own ${heard.get(ctx.publicKey) === mine}`);
  fs.appendFileSync('agreed.txt', `${ctx.lclSeqNo} ${Math.max(...heard.values())}\n`);
}

// Forced, because the library can't stop waiting for NPL messages by itself.
void new HotPocket.Contract().init(contract, HotPocket.clientProtocols.json, true);
