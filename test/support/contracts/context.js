// Tells the first user all that the contract knows of its run.
const HotPocket = require('hotpocket-nodejs-contract');

async function contract(ctx) {
  const refused = [];
  for (const use of [() => ctx.unl.send('x'), () => ctx.unl.onMessage(() => undefined)]) {
    try {
      if (ctx.readonly) await use();
    } catch (error) {
      refused.push(error);
    }
  }
  const { contractId, publicKey, privateKey, readonly, timestamp, lclSeqNo, lclHash } = ctx;
  await ctx.users.list()[0].send({ contractId, publicKey, privateKey, readonly, timestamp, lclSeqNo, lclHash, unl: ctx.unl.list(), refused });
}

void new HotPocket.Contract().init(contract);
