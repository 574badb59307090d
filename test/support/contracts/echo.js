// Answers every input of every user. The protocol is the first argument.
const HotPocket = require('hotpocket-nodejs-contract');

async function contract(ctx) {
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      const data = await ctx.users.read(input);
      await user.send(process.argv[2] === 'bson' ? Buffer.concat([Buffer.from('echo '), data]) : { echo: data.toString() });
    }
  }
}

void new HotPocket.Contract().init(contract, process.argv[2]);
