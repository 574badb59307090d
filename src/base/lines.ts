/** Puts text that comes in pieces together to whole lines. */
export class LineReader {
  private rest = '';

  /** The lines that are whole with this piece, without their ends. */
  push(text: string): string[] {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    return lines;
  }

  /** What comes now has nothing to do with what came before. */
  forget(): void {
    this.rest = '';
  }
}
