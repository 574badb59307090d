'use strict';

const fs = require('fs');
const HotPocket = require('hotpocket-nodejs-contract');

// Leaves a trace of each run and each input, in several files and with pauses in between, so that whoever is killed in the middle leaves
// something half done. What it does follows from its ledger and inputs alone.

async function contract(ctx) {
  if (ctx.readonly) return;
  fs.appendFileSync('runs.txt', `${ctx.lclSeqNo}-${ctx.lclHash.slice(0, 8)} ${ctx.timestamp}\n`);
  let inputs = 0;
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      const text = (await ctx.users.read(input)).toString();
      fs.appendFileSync('inputs.txt', `${text}\n`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      fs.mkdirSync('users', { recursive: true });
      fs.writeFileSync(`users/${text.split('-')[0]}`, `${text} in ${ctx.lclSeqNo}\n`);
      await user.send(Buffer.from(`done ${text}`));
      inputs++;
    }
  }
  if (inputs > 0) fs.appendFileSync('inputs.txt', `-- ${inputs} with ${ctx.lclSeqNo}\n`);
}

process.umask(0o022);
void new HotPocket.Contract().init(contract);
