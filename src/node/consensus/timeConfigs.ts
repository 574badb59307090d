import { isTimeConfig } from '../../hotpocket/grid';
import type { Hex } from '../../hotpocket/hash';
import { electTimeConfig } from './voting';

const ROUNDS_BEFORE_ADOPTION = 5;

/** What round time and stage slice the others use. A node that can't get on with them takes over theirs (reference 3.6). */
export class TimeConfigs {
  private readonly byNode = new Map<Hex, number>();
  private unreliableRounds = 0;

  heard(pubkey: Hex, timeConfig: number): void {
    if (isTimeConfig(timeConfig)) this.byNode.set(pubkey, timeConfig);
  }

  reliableRound(): void {
    this.unreliableRounds = 0;
  }

  /** The time config to adopt instead of `own`, if it is time to and most of the UNL use another. */
  afterUnreliableRound(own: number, unl: readonly Hex[]): number | undefined {
    if (++this.unreliableRounds < ROUNDS_BEFORE_ADOPTION) return undefined;
    this.unreliableRounds = 0;
    const elected = electTimeConfig(unl.flatMap((key) => this.byNode.get(key) ?? []));
    return elected === own ? undefined : elected;
  }
}
