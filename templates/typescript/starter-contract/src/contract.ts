import { Contract, type Context } from 'hotpocket-nodejs-contract';
import { answer } from './answer';
import { parse } from './request';

/** Runs once in every round, on every node, with the inputs that the nodes agreed on; and for each read request. */
async function contract(ctx: Context): Promise<void> {
  if (!ctx.readonly) console.log(`Ledger ${ctx.lclSeqNo}: ${ctx.users.count()} user(s)`);
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      await user.send(JSON.stringify(answer(parse(await ctx.users.read(input)), ctx.readonly)));
    }
  }
}

void new Contract().init(contract);
