'use strict';

const fs = require('fs');
const HotPocket = require('hotpocket-nodejs-contract');

// Does what nodes log: leaves scripts to be run after it, asks for other peers, and dies in a read request.

async function contract(ctx) {
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      const text = (await ctx.users.read(input)).toString();
      const [, code] = /^post (\d+)$/.exec(text) ?? [];
      if (code !== undefined) fs.writeFileSync('post_exec.sh', `#!/bin/sh\nexit ${code}\n`, { mode: 0o755 });
      if (text === 'peers') await ctx.updatePeers(['localhost:1'], []);
      if (text === 'die') process.kill(process.pid, 'SIGKILL');
      await user.send(`did ${text}`);
    }
  }
}

void new HotPocket.Contract().init(contract);
