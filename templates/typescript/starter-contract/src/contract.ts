import { Contract, type Context } from 'hotpocket-nodejs-contract';
import { answer, type Request } from './answer';

/** Runs once in every round, on every node, with the inputs that the nodes agreed on; and for each read request. */
async function contract(ctx: Context): Promise<void> {
  if (!ctx.readonly) console.log(`Ledger ${ctx.lclSeqNo}: ${ctx.users.count()} user(s)`);
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      const request = JSON.parse((await ctx.users.read(input)).toString()) as Request;
      await user.send(JSON.stringify(answer(request, ctx.readonly)));
    }
  }
}

void new Contract().init(contract);
