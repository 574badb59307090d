'use strict';

const HotPocket = require('hotpocket-nodejs-contract');
const { writeFileSync } = require('node:fs');

/** Changes one file in each third round. A read request is told when its process started, ms since 1970. */
async function contract(ctx) {
  if (!ctx.readonly && ctx.lclSeqNo % 3 === 0) writeFileSync('folder7/file42.dat', `${ctx.lclSeqNo}`.padEnd(10_240));
  if (!ctx.readonly) return;
  for (const user of ctx.users.list()) await user.send({ started: performance.timeOrigin });
}

void new HotPocket.Contract().init(contract);
