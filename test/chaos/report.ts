import type { ChaosResult } from './chaos';

/** What to print of a run that failed: the first difference, the others, and all that was done. */
export function reportOf({ problems, summary, timeline }: ChaosResult): string {
  return [`First: ${problems[0] ?? 'nothing'}`, ...problems.slice(1, 20), summary, 'Timeline (seconds):', timeline].join('\n');
}
