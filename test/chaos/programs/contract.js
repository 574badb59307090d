'use strict';

const fs = require('fs');
const HotPocket = require('hotpocket-nodejs-contract');

// Leaves a trace of each run and each input, in several files and with pauses in between, so that whoever is killed in the middle leaves
// something half done. What it does follows from its ledger and inputs alone: where there is no room on the disk it waits for some.

async function contract(ctx) {
  if (ctx.readonly) return;
  await write('runs.txt', `${ctx.lclSeqNo}-${ctx.lclHash.slice(0, 8)} ${ctx.timestamp}\n`, 'a');
  let inputs = 0;
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      const text = (await ctx.users.read(input)).toString();
      await write('inputs.txt', `${text}\n`, 'a');
      await new Promise((resolve) => setTimeout(resolve, 5));
      await write(`users/${text.split('-')[0]}`, `${text} in ${ctx.lclSeqNo}\n`, 'w');
      await user.send(Buffer.from(`done ${text}`));
      inputs++;
    }
  }
  if (inputs > 0) await write('inputs.txt', `-- ${inputs} with ${ctx.lclSeqNo}\n`, 'a');
}

async function write(path, text, flag) {
  const { size } = fs.statSync(path, { throwIfNoEntry: false }) ?? { size: 0 };
  for (;;) {
    try {
      fs.mkdirSync('users', { recursive: true });
      return fs.writeFileSync(path, text, { flag });
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
      // Some of it may be there.
      if (flag === 'a' && fs.existsSync(path)) fs.truncateSync(path, size);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

process.umask(0o022);
void new HotPocket.Contract().init(contract);
