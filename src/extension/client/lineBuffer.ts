const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** More than any node takes as an input by default (reference 6.1). */
const MAX_LENGTH = 5 * 1024 * 1024;

/** A line that is being typed, and where. Moves and deletes by what a reader takes for one character. */
export class LineBuffer {
  private content = '';
  private position = 0;

  get text(): string {
    return this.content;
  }

  /** In UTF-16 units from the start. */
  get cursor(): number {
    return this.position;
  }

  set(text: string): void {
    this.content = text;
    this.position = text.length;
  }

  /** False if there is no room. */
  insert(text: string): boolean {
    if (this.content.length + text.length > MAX_LENGTH) return false;
    this.content = this.content.slice(0, this.position) + text + this.content.slice(this.position);
    this.position += text.length;
    return true;
  }

  left(): void {
    this.position = this.before();
  }

  right(): void {
    this.position = this.after();
  }

  wordLeft(): void {
    this.position = this.wordStart();
  }

  wordRight(): void {
    const [word = ''] = /^[^\p{L}\p{N}]*[\p{L}\p{N}]*/u.exec(this.content.slice(this.position)) ?? [];
    this.position += word.length;
  }

  home(): void {
    this.position = 0;
  }

  end(): void {
    this.position = this.content.length;
  }

  backspace(): void {
    this.remove(this.before(), this.position);
  }

  delete(): void {
    this.remove(this.position, this.after());
  }

  deleteWord(): void {
    this.remove(this.wordStart(), this.position);
  }

  deleteToStart(): void {
    this.remove(0, this.position);
  }

  deleteToEnd(): void {
    this.remove(this.position, this.content.length);
  }

  private remove(from: number, to: number): void {
    this.content = this.content.slice(0, from) + this.content.slice(to);
    this.position = from;
  }

  private before(): number {
    return this.position === 0 ? 0 : (graphemes.segment(this.content).containing(this.position - 1)?.index ?? 0);
  }

  private after(): number {
    const next = graphemes.segment(this.content).containing(this.position);
    return next ? next.index + next.segment.length : this.content.length;
  }

  private wordStart(): number {
    const [word = ''] = /[\p{L}\p{N}]*[^\p{L}\p{N}]*$/u.exec(this.content.slice(Math.max(0, this.position - MAX_WORD), this.position)) ?? [];
    return this.position - word.length;
  }
}

/** A pattern that is tied to the end is tried from every place before it, so these are few. */
const MAX_WORD = 1000;
