// BENCHMARKS.md.
import { cells } from '../figure.mjs';
import { machineText } from '../machine.mjs';
import { waits } from './plot.mjs';

const row = (list) => `| ${list.join(' | ')} |`;
const escaped = (text) => text.replace(/[|<>]/g, (c) => (c === '|' ? '\\|' : c === '<' ? '&lt;' : '&gt;'));

function groupTable({ title, rows }, real) {
  const lines = rows.map((figure) => {
    const { name, target, median, range, count, real: other, verdict } = cells(figure, real.figures[figure.id]);
    return row([escaped(name), target, verdict === 'missed' ? `**${median}** (missed)` : median, range, count, other]);
  });
  return [row([escaped(title), 'target', 'median', 'range', 'n', 'real engine']), row(['---', '--:', '--:', '--:', '--:', '--:']), ...lines].join('\n');
}

/** @param {import('../results.mjs').Results} results @param {import('../realEngine.mjs').RealEngine} real @param {string} plot Path of the picture. */
export function markdown(results, real, plot) {
  const parts = Object.values(results.parts).map(({ title, about, groups, failure }) => [
    `## ${title}`,
    about,
    ...groups.map((group) => groupTable(group, real)),
    ...(failure ? [`Measuring failed here: ${escaped(failure.split('\n')[0])}`] : []),
  ].join('\n\n'));
  return `${[
    '# Benchmarks',
    [
      'Written by `npm run bench`, which measures this on any machine; nothing else should run meanwhile. Medians, with the least and the most of `n` values.',
      'Moments are random and contract ids are as they come. Round time is 2000 ms unless it is said.',
    ].join('\n'),
    `Measured ${results.at.slice(0, 10)} on: ${machineText(results.machine)}.`,
    `The real engine's figures are ${real.source}. They were not measured anew here, so compare orders of magnitude, not digits.`,
    ...(waits(results, real).length > 0 ? [`![Waits of HotPocket Studio, of the real engine, and the targets](${plot})`] : []),
    ...parts,
  ].join('\n\n')}\n`;
}
