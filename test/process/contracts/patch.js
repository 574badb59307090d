'use strict';

const HotPocket = require('hotpocket-nodejs-contract');

// Changes its own configuration when it is told to, and says what is in force.

async function contract(ctx) {
  console.log(`run ${ctx.lclSeqNo} greets ${process.env.GREETING}`);
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      const { roundtime, greeting } = JSON.parse((await ctx.users.read(input)).toString());
      const config = await ctx.getConfig();
      config.consensus.roundtime = roundtime;
      config.environment = { ...config.environment, GREETING: greeting };
      await ctx.updateConfig(config);
    }
  }
}

void new HotPocket.Contract().init(contract);
