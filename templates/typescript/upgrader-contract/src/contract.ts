import { Contract, type Context } from 'hotpocket-nodejs-contract';
import { writeFileSync } from 'node:fs';
import * as owner from './owner';
import { parse, type Request } from './request';
import { version } from './version';

/** A contract whose owner, the first who claims it, can replace it by another program while it runs. */
async function contract(ctx: Context): Promise<void> {
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      await user.send(JSON.stringify(answer(user.publicKey, parse(await ctx.users.read(input)), ctx.readonly)));
    }
  }
}

/** A new program comes as base64. */
function answer(publicKey: string, { type, program }: Request, readonly: boolean): object {
  if (typeof type !== 'string') return { type: 'error', error: 'Send JSON, such as {"type":"version"}' };
  if (type === 'version') return { type: 'version', version };
  if (readonly) return { type: 'error', error: 'The contract changes by inputs only, not by read requests' };
  if (type === 'claim') return owner.claim(publicKey) ? { type: 'claimed' } : { type: 'error', error: 'It has an owner already' };
  if (type !== 'upgrade') return { type: 'error', error: `Unknown request type: ${type}` };
  if (!owner.is(publicKey)) return { type: 'error', error: 'Only the owner may do that' };
  if (typeof program !== 'string') return { type: 'error', error: 'The program is missing, in base64' };
  // This process has read it already; the next round runs the new one, on all nodes.
  writeFileSync('index.js', Buffer.from(program, 'base64'));
  return { type: 'upgraded', from: version };
}

void new Contract().init(contract);
