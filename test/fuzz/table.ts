import type { FuzzRow } from './fuzz';

/** Rows as TESTING.md has them. Memory in MB, after the first tenth of the messages and at the end. */
export function tableOf(rows: readonly FuzzRow[]): string {
  const sum = (of: (row: FuzzRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const lines = rows.map((r) => [r.target, r.messages, r.refused, r.accepted, r.failure === undefined ? 0 : 1, `${r.before} → ${r.after}`, r.seconds]);
  if (rows.length > 1) lines.push(['together', sum((r) => r.messages), sum((r) => r.refused), sum((r) => r.accepted), sum((r) => (r.failure === undefined ? 0 : 1)), '', sum((r) => r.seconds)]);
  return [['target', 'messages', 'refused', 'accepted', 'failed', 'memory, MB', 'seconds'], Array<string>(7).fill('---'), ...lines]
    .map((cells) => `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |`).join('\n');
}
