import type { ClusterChange } from '../../cluster/engine';

export type Notice = ClusterChange & { readonly type: 'notice' };

/** Lets each notice of the engine through once: neither twice about a node, nor from every node in the same words. */
export class NoticeFilter {
  private readonly told = new Set<string>();

  isNew({ code, node, message }: Notice): boolean {
    const keys = [message, ...(node === undefined ? [] : [`${code} ${node}`])];
    const isNew = !keys.some((key) => this.told.has(key));
    for (const key of keys) this.told.add(key);
    return isNew;
  }

  /** The user changed something: what is still wrong is worth saying again. */
  forget(): void {
    this.told.clear();
  }
}
