import { Contract, type Context } from 'hotpocket-nodejs-contract';
import { writeFileSync } from 'node:fs';
import * as owner from './owner';
import { version } from './version';

interface Request {
  readonly type: string;
  /** The new one, as base64. */
  readonly program?: string;
}

/** A contract whose owner, the first who claims it, can replace it by another program while it runs. */
async function contract(ctx: Context): Promise<void> {
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      const request = JSON.parse((await ctx.users.read(input)).toString()) as Request;
      await user.send(JSON.stringify(answer(user.publicKey, request, ctx.readonly)));
    }
  }
}

function answer(publicKey: string, { type, program }: Request, readonly: boolean): object {
  if (type === 'version') return { type: 'version', version };
  if (readonly) return { type: 'error', error: 'The contract changes by inputs only, not by read requests' };
  if (type === 'claim') return owner.claim(publicKey) ? { type: 'claimed' } : { type: 'error', error: 'It has an owner already' };
  if (type !== 'upgrade' || program === undefined) return { type: 'error', error: `Unknown request type: ${type}` };
  if (!owner.is(publicKey)) return { type: 'error', error: 'Only the owner may do that' };
  // This process has read it already; the next round runs the new one, on all nodes.
  writeFileSync('index.js', Buffer.from(program, 'base64'));
  return { type: 'upgraded', from: version };
}

void new Contract().init(contract);
