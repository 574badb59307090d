'use strict';

const fs = require('fs');
const path = require('path');
const HotPocket = require('hotpocket-nodejs-contract');

// Leaves traces of what it was given, at the beginning of a run and at its end, and takes its time in between when there is
// an input: with `held <folder>` as long as a file there has the name of the node's key. Nothing of it must ever be there twice, or be missing.

const BIG = 'big.bin';
const SIZE = 9 << 20;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function contract(ctx) {
  console.log(`run ${ctx.lclSeqNo} begins`);
  const inputs = [];
  for (const user of ctx.users.list()) for (const input of user.inputs) inputs.push((await ctx.users.read(input)).toString());
  for (const input of inputs) {
    fs.appendFileSync('inputs.txt', `${input}\n`);
    if (input === 'big') writeBig();
    if (input.startsWith('poke ')) pokeBig(Number(input.slice('poke '.length)));
  }
  if (inputs.length > 0) await wait(400);
  for (const input of inputs) while (input.startsWith('held ') && fs.existsSync(path.join(input.slice('held '.length), ctx.publicKey))) await wait(50);
  fs.appendFileSync('runs.txt', `${ctx.lclSeqNo}\n`);
  console.log(`run ${ctx.lclSeqNo} ends`);
}

function writeBig() {
  const content = Buffer.alloc(SIZE);
  for (let i = 0; i < SIZE; i += 4) content.writeUInt32LE(i, i);
  fs.writeFileSync(BIG, content);
}

function pokeBig(position) {
  const file = fs.openSync(BIG, 'r+');
  fs.writeSync(file, 'poked', position);
  fs.closeSync(file);
}

void new HotPocket.Contract().init(contract);
