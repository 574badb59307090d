// Figures as a table: what, its target, median and range, and whether the median misses the target.

/** A row of a table. `target` is the most that the median may be, undefined if there is none; `digits` after the point. */
export function row(name, target, values, digits = 2) {
  const sorted = [...values].sort((a, b) => a - b);
  const text = (value) => value.toFixed(digits);
  const median = sorted[Math.floor(sorted.length / 2)];
  return [name, target === undefined ? '' : `≤ ${target}`, text(median), sorted.length > 1 ? `${text(sorted[0])} – ${text(sorted.at(-1))}` : '', target !== undefined && median > target ? 'missed' : ''];
}

export function table(title, rows) {
  const lines = [[title, 'target', 'median', 'range', ''], ...rows];
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  for (const line of lines) console.log(line.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd());
  console.log();
}
