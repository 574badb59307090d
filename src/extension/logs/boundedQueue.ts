/** First in, first out, for at most `limit` items: the oldest make room. */
export class BoundedQueue<T> {
  private items: T[] = [];
  private head = 0;

  constructor(readonly limit: number) {}

  get length(): number {
    return this.items.length - this.head;
  }

  get first(): T | undefined {
    return this.items[this.head];
  }

  /** Returns what had to go for it. */
  push(item: T): T | undefined {
    this.items.push(item);
    return this.length > this.limit ? this.shift() : undefined;
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.items[this.head++];
    // Not one by one, which would move all the others each time.
    if (this.head > this.limit) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}
