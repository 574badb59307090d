import { appendFileSync } from 'node:fs';

/** Never throws: nodes do not stop because there is no room for a line of a log. */
export function appendLine(file: string, line: string): void {
  try {
    appendFileSync(file, `${line}\n`, { mode: 0o600 });
  } catch {
    // There is no better place to say so.
  }
}
