import type { Effect } from './types';

/** What one step of consensus leads to, gathered in order. */
export class Effects {
  private list: Effect[] = [];

  emit(...effects: readonly Effect[]): void {
    this.list.push(...effects);
  }

  log(level: 'dbg' | 'inf' | 'wrn' | 'err', message: string): void {
    this.emit({ type: 'log', level, message });
  }

  /** All since it was last asked. */
  take(): Effect[] {
    const { list } = this;
    this.list = [];
    return list;
  }
}
