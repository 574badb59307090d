'use strict';

const fs = require('fs');
const HotPocket = require('hotpocket-nodejs-contract');

// Reads its arguments, writes 20 MB if the ledger's number is even and a line in any case, and then takes 200 ms.

async function contract(ctx) {
  if (ctx.readonly) {
    for (const user of ctx.users.list()) await user.send('read');
    return;
  }
  if (ctx.lclSeqNo % 2 === 0) fs.writeFileSync('big.bin', Buffer.alloc(20_000_000, ctx.lclSeqNo));
  fs.appendFileSync('runs.txt', `${ctx.lclSeqNo}\n`);
  await new Promise((resolve) => setTimeout(resolve, 200));
}

void new HotPocket.Contract().init(contract);
