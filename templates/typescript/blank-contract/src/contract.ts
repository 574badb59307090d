import { Contract, type Context } from 'hotpocket-nodejs-contract';
import { answer } from './answer';

/** Runs once in every round, on every node, with the inputs that the nodes agreed on; and for each read request. */
async function contract(ctx: Context): Promise<void> {
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) await user.send(answer((await ctx.users.read(input)).toString()));
  }
}

void new Contract().init(contract);
