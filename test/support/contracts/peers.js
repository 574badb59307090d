// Changes the node's peers.
const HotPocket = require('hotpocket-nodejs-contract');

void new HotPocket.Contract().init(async (ctx) => {
  await ctx.updatePeers(['localhost:22861', 'localhost:22862'], ['localhost:22863']);
});
