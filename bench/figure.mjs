// What parts give, and what is read off it.

/**
 * @typedef {object} Figure
 * @property {string} id Names it for good: by it figures of two runs are compared, and the real engine's are found.
 * @property {string} name
 * @property {string} unit As it is shown; '' for a count.
 * @property {readonly number[]} values As they were measured.
 * @property {number} [digits] After the point; 2 if it does not say.
 * @property {number} [most] Target: the median may be at most this.
 * @property {number} [least] Target: the median must be at least this.
 *
 * @typedef {{ readonly title: string, readonly rows: readonly Figure[] }} Group Figures that belong together.
 *
 * @typedef {object} Bench What a part is given.
 * @property {number} runs How often to measure, at least.
 * @property {(text: string) => void} say Tells what is going on.
 *
 * @typedef {object} Part
 * @property {string} title
 * @property {string} about How it is measured: in the help, and above its tables.
 * @property {(bench: Bench) => AsyncIterable<Group>} measure What it gave before it failed is kept.
 */

/** Median, least and most. The median of an even number of values is the mean of the two in the middle. @param {readonly number[]} values */
export function statistics(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return { median: (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2, min: sorted[0], max: sorted.at(-1) };
}

/** Whether the target is met; undefined if there is none. @param {Figure} figure */
export function verdict({ values, most, least }) {
  if (most === undefined && least === undefined) return undefined;
  const { median } = statistics(values);
  // Whatever is no number was not measured.
  return (most === undefined || median <= most) && (least === undefined || median >= least) ? 'met' : 'missed';
}

/** @param {number} value */
const text = (value, digits = 2) => value.toFixed(digits);

/** A figure as cells of a table. `real`: the same of the real engine, if it is known. @param {Figure} figure @param {import('./realEngine.mjs').Recorded} [real] */
export function cells(figure, real) {
  const { name, unit, values, digits, most, least } = figure;
  const { median, min, max } = statistics(values);
  return {
    name: unit ? `${name}, ${unit}` : name,
    target: most !== undefined ? `≤ ${most}` : least !== undefined ? `≥ ${least}` : '',
    median: text(median, digits),
    range: values.length > 1 ? `${text(min, digits)} – ${text(max, digits)}` : '',
    count: String(values.length),
    real: real ? (real.from === real.to ? String(real.from) : `${real.from} – ${real.to}`) : '',
    verdict: verdict(figure) ?? '',
  };
}
