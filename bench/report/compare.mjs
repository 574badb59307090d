// What a change did: figures of two runs beside each other.
import { figuresOf } from '../results.mjs';
import { statistics } from '../figure.mjs';
import { textTable } from './textTable.mjs';

/** By how many percent it changed; undefined if it was 0. @param {number} before @param {number} now */
function change(before, now) {
  return before === 0 ? undefined : ((now - before) / Math.abs(before)) * 100;
}

/** @param {readonly import('../figure.mjs').Figure[]} before @param {readonly import('../figure.mjs').Figure[]} now */
export function compareFigures(before, now) {
  const earlier = new Map(before.map((figure) => [figure.id, figure]));
  return now.flatMap((figure) => {
    const other = earlier.get(figure.id);
    if (!other) return [];
    const [a, b] = [statistics(other.values), statistics(figure.values)];
    return [{ figure, before: a, now: b, percent: change(a.median, b.median), overlap: a.min <= b.max && b.min <= a.max }];
  });
}

/** The comparison as text. Of what the two have not both, nothing. @param {import('../results.mjs').Results} before @param {import('../results.mjs').Results} now */
export function compareText(before, now) {
  const rows = compareFigures(figuresOf(before), figuresOf(now));
  if (rows.length === 0) return 'The two have no figure in common.';
  const show = ({ median, min, max }, digits = 2) => `${median.toFixed(digits)} (${min.toFixed(digits)} – ${max.toFixed(digits)})`;
  const lines = rows.map(({ figure, before: a, now: b, percent, overlap }) => [
    figure.unit ? `${figure.name}, ${figure.unit}` : figure.name,
    show(a, figure.digits),
    show(b, figure.digits),
    percent === undefined ? '' : `${percent > 0 ? '+' : ''}${percent.toFixed(1)} %`,
    overlap ? 'overlap' : 'apart',
  ]);
  return textTable([['', `before (${before.at.slice(0, 16)})`, `now (${now.at.slice(0, 16)})`, 'change', 'ranges'], ...lines]);
}
