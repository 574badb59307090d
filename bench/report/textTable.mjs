/**
 * A table whose columns are as wide as they must be; `lines` have equally many cells.
 * @param {readonly (readonly string[])[]} lines @returns {string}
 */
export function textTable(lines) {
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines.map((line) => line.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd()).join('\n');
}
