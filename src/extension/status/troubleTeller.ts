import { causeOf, type ClusterTrouble } from '../../diagnose/troubles/clusterTroubles';

/** What to do now: tell of troubles, look again at a time (ms since 1970) though nothing changed, or nothing. */
export interface Telling {
  readonly tell: readonly ClusterTrouble[];
  readonly lookAgainAt?: number;
}

/** A trouble may pass, or be explained by what is said right after it. */
const PATIENCE_MS = 1_500;
/** The loss of consensus is told as an incident, which knows what the user did. */
const INCIDENTS = ['NOT_ENOUGH_PEERS', 'POSSIBLE_FORK'].map(causeOf);

/** Decides which troubles are worth interrupting the user: each cause once until it is mended, if nothing else told of it already. */
export class TroubleTeller {
  private readonly since = new Map<string, number>();
  private readonly told = new Set<string>();

  look(troubles: readonly ClusterTrouble[], now: number): Telling {
    const causes = new Set(troubles.map(({ code }) => causeOf(code)));
    for (const cause of this.since.keys()) if (!causes.has(cause)) this.since.delete(cause);
    for (const cause of this.told) if (!causes.has(cause)) this.told.delete(cause);
    const tell: ClusterTrouble[] = [];
    const later: number[] = [];
    for (const trouble of troubles) {
      const cause = causeOf(trouble.code);
      if (trouble.severity !== 'problem' || INCIDENTS.includes(cause) || this.told.has(cause)) continue;
      const since = this.since.get(cause) ?? now;
      this.since.set(cause, since);
      if (now - since < PATIENCE_MS) later.push(since + PATIENCE_MS);
      else {
        tell.push(trouble);
        this.told.add(cause);
      }
    }
    return { tell, ...(later.length > 0 && { lookAgainAt: Math.min(...later) }) };
  }
}
