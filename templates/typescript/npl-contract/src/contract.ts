import { Contract, type Context } from 'hotpocket-nodejs-contract';
import { randomInt } from 'node:crypto';
import { agreed } from './agreed';

/**
 * A node that does not run is left out after this time. Long, because nodes that gave up at different moments would have different numbers:
 * it is only waited for whom nobody hears.
 */
const PATIENCE_MS = 5_000;

/** When a user asks, the nodes tell each other a number each, and agree on one that none of them could choose. */
async function contract(ctx: Context): Promise<void> {
  // Nodes talk only in rounds, not in read requests.
  if (ctx.readonly) return;
  const asking = ctx.users.list().filter((user) => user.inputs.length > 0);
  if (asking.length === 0) return;
  const numbers = await exchange(ctx, randomInt(1_000_000));
  for (const user of asking) await user.send(`${agreed(numbers)} of ${numbers.size} nodes`);
  // Who has listened to other nodes cannot end, not even by exit: Node.js waits for the next message, which does not come. HotPocket takes the
  // outputs all the same, and says that the contract "ended prematurely".
  setImmediate(() => process.kill(process.pid, 'SIGKILL'));
}

/** The numbers of the nodes, by their public keys. */
function exchange(ctx: Context, own: number): Promise<ReadonlyMap<string, number>> {
  const numbers = new Map<string, number>();
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(numbers), PATIENCE_MS);
    ctx.unl.onMessage((node, message) => {
      numbers.set(node.publicKey, Number(message.toString()));
      if (numbers.size < ctx.unl.count()) return;
      clearTimeout(timer);
      resolve(numbers);
    });
    // One's own message comes back as well.
    void ctx.unl.send(String(own));
  });
}

void new Contract().init(contract);
