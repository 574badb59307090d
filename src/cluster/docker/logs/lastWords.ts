import { parseLogLine } from '../../../hotpocket/logLine';

const MOST_LINES = 3;

/**
 * Why a node ended, out of the end of its log. hpcore says it in warnings and errors, or, of its configuration, in lines without a stamp (reference 1.4); it goes on
 * with what it stops, and a container that is started again and again says it each time. Empty if it said nothing.
 */
export function lastWords(log: string): string {
  const lines = log.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const causes = lines.flatMap((line) => {
    const parsed = parseLogLine(line);
    return parsed === undefined || parsed.level === 'err' || parsed.level === 'wrn' ? [parsed?.message ?? line] : [];
  });
  // Said again, it counts where it was said last.
  const last = [...new Set((causes.length > 0 ? causes : lines.slice(-1)).reverse())].slice(0, MOST_LINES).reverse();
  return last.join(' ');
}
