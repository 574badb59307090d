// Greets all nodes and tells the first user who greeted back. With 'force' it ends by forceTerminate.
const HotPocket = require('hotpocket-nodejs-contract');

async function contract(ctx) {
  const heard = [];
  const all = new Promise((resolve) => {
    ctx.unl.onMessage((node, message) => {
      heard.push(`${node.publicKey} ${message}`);
      if (heard.length === ctx.unl.count()) resolve();
    });
  });
  await ctx.unl.send(`hello from ${ctx.publicKey}`);
  await all;
  await ctx.users.list()[0].send(heard.sort());
}

void new HotPocket.Contract().init(contract, 'json', process.argv[2] === 'force');
