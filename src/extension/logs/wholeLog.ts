const MARK = '⋯ ';
const END = '.log';

/** The path that the first line of a channel names which does not show all of a log. Contracts may print anything there, as long as they like: so no pattern that tries every blank. */
export function wholeLogPath(line: string): string | undefined {
  if (!line.startsWith(MARK) || !line.endsWith(END)) return undefined;
  const at = line.indexOf(' /', MARK.length);
  return at < 0 ? undefined : line.slice(at + 1);
}
