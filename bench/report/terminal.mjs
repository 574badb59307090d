// Figures for whoever waits for them.
import { cells } from '../figure.mjs';
import { textTable } from './textTable.mjs';

/** A group as a table. Columns without anything are left out. @param {import('../figure.mjs').Group} group @param {import('../realEngine.mjs').RealEngine} real */
export function groupText({ title, rows }, real) {
  const head = { name: title, target: 'target', median: 'median', range: 'range', count: 'n', real: 'real engine', verdict: '' };
  const lines = [head, ...rows.map((row) => cells(row, real.figures[row.id]))];
  const used = Object.keys(head).filter((key) => lines.slice(1).some((line) => line[key] !== ''));
  return textTable(lines.map((line) => used.map((key) => line[key])));
}
