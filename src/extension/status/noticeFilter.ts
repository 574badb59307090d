import type { ClusterChange } from '../../cluster/engine';
import { causeOf } from '../../diagnose/troubles/clusterTroubles';

export type Notice = ClusterChange & { readonly type: 'notice' };

/** Lets each notice of the engine through once: neither twice about a node, nor from every node in the same words. */
export class NoticeFilter {
  private readonly told = new Set<string>();

  isNew({ code, node, message }: Notice): boolean {
    const keys = [message, ...(node === undefined ? [] : [`${code} ${node}`])];
    const isNew = !keys.some((key) => this.told.has(key));
    for (const key of [...keys, causeKey(code)]) this.told.add(key);
    return isNew;
  }

  /** Something was told that has the same cause. */
  knows(code: string): boolean {
    return this.told.has(causeKey(code));
  }

  /** The user changed something: what is still wrong is worth saying again. */
  forget(): void {
    this.told.clear();
  }
}

const causeKey = (code: string): string => `because of ${causeOf(code)}`;
