// Nobody reads such a line, and editors do not colour it.
const LONGEST_LINE = 16_384;

/** Cuts text that comes in pieces into lines with their newlines. An overlong line is cut into pieces without one. */
export class LineSplitter {
  private rest = '';

  push(text: string): string[] {
    const parts = (this.rest + text).split('\n');
    this.rest = parts.pop() ?? '';
    const lines: string[] = [];
    for (const part of parts) cut(`${part}\n`, lines);
    if (this.rest.length > LONGEST_LINE) lines.push(this.flush());
    return lines;
  }

  /** What came of a line that is not finished; '' if there is none. What comes of it later is a piece of its own. */
  flush(): string {
    const { rest } = this;
    this.rest = '';
    return rest;
  }
}

function cut(line: string, into: string[]): void {
  for (let at = 0; at < line.length; at += LONGEST_LINE) into.push(line.slice(at, at + LONGEST_LINE));
}
