'use strict';

const fs = require('fs');
const HotPocket = require('hotpocket-nodejs-contract');

// Ends, and writes, as its input tells; before that it answers, and notes in the state that it got so far.

const ends = {
  'exit 3': () => process.exit(3),
  throw: () => {
    setTimeout(() => {
      throw new Error('an error of the contract');
    });
  },
  abort: () => process.kill(process.pid, 'SIGABRT'),
  environment: () => console.log(`environment ${JSON.stringify(process.env)}`),
  // In pieces, as a chatty contract would.
  flood: () => {
    for (let line = 0; line < 20_000; line += 500) process.stdout.write(Array.from({ length: 500 }, (_, i) => `${floodLine(line + i)}\n`).join(''));
  },
};

const floodLine = (i) => `flood ${String(i).padStart(6, '0')} `.padEnd(104, 'x');

async function contract(ctx) {
  console.log(`run ${ctx.lclSeqNo}`);
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      const text = (await ctx.users.read(input)).toString();
      await user.send(Buffer.from(`got ${text}`));
      fs.appendFileSync('got.txt', `${text}\n`);
      ends[text]?.();
    }
  }
}

void new HotPocket.Contract().init(contract);
