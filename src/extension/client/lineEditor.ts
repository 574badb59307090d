import type { History } from './history';
import type { Key } from './keyReader';
import { LineBuffer } from './lineBuffer';

/** What a key means for whoever owns the line; `none` where only the line changed, or nothing. */
export type Edit = { readonly kind: 'none' | 'full' | 'cleared' | 'end' | 'clearScreen' } | { readonly kind: 'entered'; readonly text: string };

const NONE: Edit = { kind: 'none' };

/** A line with its keys, as shells have them. */
export class LineEditor {
  private readonly buffer = new LineBuffer();

  constructor(private readonly history: History) {}

  get text(): string {
    return this.buffer.text;
  }

  get cursor(): number {
    return this.buffer.cursor;
  }

  press(key: Key): Edit {
    const { buffer } = this;
    switch (key.name) {
      case 'text':
        return buffer.insert(key.text) ? NONE : { kind: 'full' };
      case 'enter':
        return this.enter();
      case 'up':
        return this.show(this.history.previous(buffer.text));
      case 'down':
        return this.show(this.history.next());
      case 'interrupt':
        buffer.set('');
        return { kind: 'cleared' };
      case 'endOfInput':
        if (buffer.text === '') return { kind: 'end' };
        buffer.delete();
        return NONE;
      case 'clearScreen':
        return { kind: 'clearScreen' };
      default:
        buffer[key.name]();
        return NONE;
    }
  }

  private enter(): Edit {
    const { text } = this.buffer;
    this.buffer.set('');
    if (text.trim() === '') return NONE;
    this.history.add(text);
    return { kind: 'entered', text };
  }

  private show(line: string | undefined): Edit {
    if (line !== undefined) this.buffer.set(line);
    return NONE;
  }
}
