// The waits as a picture: ours, the real engine's, and the targets, on one scale. SVG that fits a light and a dark page.
import { figuresOf } from '../results.mjs';
import { statistics } from '../figure.mjs';

const WIDTH = 860;
const LABELS = 300;
const ROW = 26;
const TOP = 60;
const RIGHT = 24;
const TICKS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20];
/** Seconds a unit. */
const UNITS = { s: 1, ms: 0.001, rounds: 2 };

/** Times of which the real engine's is known, in seconds. @param {import('../results.mjs').Results} results @param {import('../realEngine.mjs').RealEngine} real */
export function waits(results, real) {
  return figuresOf(results).flatMap(({ id, name, unit, values, most }) => {
    const [other, factor] = [real.figures[id], UNITS[unit]];
    if (!other || !factor) return [];
    const { median, min, max } = statistics(values);
    return [{ name, median: median * factor, min: min * factor, max: max * factor, target: most && most * factor, real: { from: other.from * factor, to: other.to * factor } }];
  });
}

const escaped = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
const seconds = (value) => `${value >= 1 ? value.toFixed(1) : Number(value.toPrecision(2))} s`;

// Of two themes each; whoever shows the picture says which.
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 } .faint { fill: #59636e } line { stroke: #d1d9e0 }
  .ours { fill: #0969da; stroke: #0969da } .real { fill: #bc4c00; stroke: #bc4c00 } .target { stroke: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .faint { fill: #9198a1 } line { stroke: #3d444d }
    .ours { fill: #4493f8; stroke: #4493f8 } .real { fill: #db6d28; stroke: #db6d28 } .target { stroke: #3fb950 }
  }`;

/** @param {ReturnType<typeof waits>} rows At least one. */
export function plot(rows) {
  const all = rows.flatMap(({ min, max, real, target }) => [min, max, real.from, real.to, ...(target ? [target] : [])]);
  const least = TICKS.findLast((tick) => tick <= Math.min(...all)) ?? TICKS[0];
  const most = Math.max(...all) * 1.3;
  const x = (value) => (LABELS + (Math.log(Math.max(value, least) / least) / Math.log(most / least)) * (WIDTH - LABELS - RIGHT)).toFixed(1);
  const height = TOP + rows.length * ROW + 30;
  const bottom = TOP + rows.length * ROW;
  const range = (y, { from, to }, kind) => `<line class="${kind}" stroke-width="3" x1="${x(from)}" x2="${x(to)}" y1="${y}" y2="${y}"/>`;
  const grid = TICKS.filter((tick) => tick >= least && tick <= most).map((tick) =>
    `<line x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 8}" y2="${bottom}"/><text class="faint" text-anchor="middle" x="${x(tick)}" y="${bottom + 18}">${tick} s</text>`);
  const bars = rows.map(({ name, median, min, max, target, real }, i) => {
    const y = TOP + i * ROW + ROW / 2;
    return [
      `<text x="0" y="${y + 4}">${escaped(name)}</text>`,
      target ? `<line class="target" stroke-width="2" x1="${x(target)}" x2="${x(target)}" y1="${y - 9}" y2="${y + 9}"/>` : '',
      range(y, real, 'real'),
      `<rect class="real" x="${Number(x(Math.sqrt(real.from * real.to))) - 4}" y="${y - 4}" width="8" height="8"><title>real engine: ${seconds(real.from)} – ${seconds(real.to)}</title></rect>`,
      range(y, { from: min, to: max }, 'ours'),
      `<circle class="ours" cx="${x(median)}" cy="${y}" r="5"><title>HotPocket Studio: ${seconds(median)}, ${seconds(min)} – ${seconds(max)}</title></circle>`,
    ].join('');
  });
  const legend = [
    `<circle class="ours" cx="${LABELS + 6}" cy="18" r="5"/><text x="${LABELS + 18}" y="22">HotPocket Studio, median and range</text>`,
    `<rect class="real" x="${LABELS + 252}" y="14" width="8" height="8"/><text x="${LABELS + 268}" y="22">real engine</text>`,
    `<line class="target" stroke-width="2" x1="${LABELS + 366}" x2="${LABELS + 366}" y1="10" y2="26"/><text x="${LABELS + 376}" y="22">target</text>`,
    '<text class="faint" x="0" y="22">Waits (logarithmic scale)</text>',
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Waits of HotPocket Studio and of the real engine">`,
    `<style>${STYLE}\n</style>`, ...grid, ...legend, ...bars, '</svg>', '',
  ].join('\n');
}
