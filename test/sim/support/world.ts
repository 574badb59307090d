/** Virtual time: things happen in the order of their times; equal times in the order in which they were asked for. */
export class World {
  now = 1_700_000_000_000;
  private order = 0;
  private readonly queue: { at: number; order: number; action: () => void }[] = [];

  at(time: number, action: () => void): void {
    const item = { at: Math.max(time, this.now), order: this.order++, action };
    let i = this.queue.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(item, this.queue[parent]!)) break;
      this.queue[i] = this.queue[parent]!;
      i = parent;
    }
    this.queue[i] = item;
  }

  after(delay: number, action: () => void): void {
    this.at(this.now + delay, action);
  }

  runUntil(time: number): void {
    for (let next = this.queue[0]; next && next.at <= time; next = this.queue[0]) {
      this.pop();
      this.now = next.at;
      next.action();
    }
    this.now = Math.max(this.now, time);
  }

  private pop(): void {
    const item = this.queue.pop();
    const size = this.queue.length;
    if (!item || size === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && before(this.queue[child + 1]!, this.queue[child]!)) child++;
      if (!before(this.queue[child]!, item)) break;
      this.queue[i] = this.queue[child]!;
      i = child;
    }
    this.queue[i] = item;
  }
}

const before = (a: { at: number; order: number }, b: { at: number; order: number }): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
