'use strict';

const fs = require('fs');
const HotPocket = require('hotpocket-nodejs-contract');

// Notes down every input and answers it with two messages. A read request gets all notes, or with `wait <ms>` when it ran.
// Everything is sent as bytes, which is what the client library can verify over both protocols.

const FILE = 'notes.txt';

async function contract(ctx) {
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      const text = (await ctx.users.read(input)).toString();
      await user.send(Buffer.from(ctx.readonly ? await answer(text) : note(text)));
      if (!ctx.readonly) await user.send(Buffer.from(`with ledger ${ctx.lclSeqNo}`));
    }
  }
}

function note(text) {
  fs.appendFileSync(FILE, `${text}\n`);
  return `noted ${text}`;
}

async function answer(text) {
  const [, ms] = /^wait (\d+)$/.exec(text) ?? [];
  if (ms === undefined) return fs.existsSync(FILE) ? `notes ${fs.readFileSync(FILE, 'utf8')}` : 'no notes';
  const from = Date.now();
  await new Promise((resolve) => setTimeout(resolve, Number(ms)));
  return `ran from ${from} to ${Date.now()}`;
}

void new HotPocket.Contract().init(contract);
