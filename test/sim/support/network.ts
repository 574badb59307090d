import type { Random } from './random';
import type { SimMessage, SimNode } from './simNode';
import type { World } from './world';

export interface NetworkRules {
  /** Milliseconds. */
  delay: readonly [min: number, max: number];
  drop: number;
  duplicate: number;
  /** Chance that a message does not keep to the order of its link. */
  reorder: number;
}

export type Loss = (from: SimNode, to: SimNode, message: SimMessage) => boolean;

/** Links between nodes, with all the ways in which they can be bad. */
export class SimNetwork {
  rules: NetworkRules = { delay: [1, 20], drop: 0, duplicate: 0, reorder: 0 };
  /** What is lost besides: partitions and the like. */
  readonly losses = new Set<Loss>();
  /** Messages that nodes sent, whatever became of them. */
  sent = 0;
  private readonly lastArrival = new Map<SimNode, Map<SimNode, number>>();

  constructor(private readonly world: World, private readonly random: Random) {}

  send(from: SimNode, to: SimNode, message: SimMessage): void {
    const { world, random } = this;
    this.sent++;
    const { delay, drop, duplicate, reorder } = this.rules;
    for (const lost of this.losses) if (lost(from, to, message)) return;
    if (drop > 0 && random.chance(drop)) return;
    const last = this.lastArrival.get(from) ?? new Map<SimNode, number>();
    this.lastArrival.set(from, last);
    for (let copies = duplicate > 0 && random.chance(duplicate) ? 2 : 1; copies > 0; copies--) {
      let arrival = world.now + random.between(delay[0], delay[1]);
      // One link keeps its order, as a TCP connection does; what goes another way, or over a second connection, does not.
      if (reorder === 0 || !random.chance(reorder)) {
        arrival = Math.max(arrival, last.get(to) ?? 0);
        last.set(to, arrival);
      }
      world.at(arrival, () => to.receive(from, message));
    }
  }
}
