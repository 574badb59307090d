// What `npm run bench -- …` can be told.
import { parseArgs } from 'node:util';

export const DEFAULT_RUNS = 5;

/** @param {Readonly<Record<string, import('./figure.mjs').Part>>} parts */
export function helpText(parts) {
  const width = Math.max(...Object.keys(parts).map((name) => name.length));
  const list = Object.entries(parts).map(([name, { title }]) => `  ${name.padEnd(width)}  ${title}`);
  return `npm run bench [-- PART… | --from FILE…] [--runs N] [--compare FILE] [--write]

Measures, and prints medians with their ranges beside the targets and the real engine's figures. Nothing else should run meanwhile.
Results are kept in bench/results/, after each part. All parts together write BENCHMARKS.md and its picture too.

Parts (all if none is named, which takes about 25 minutes):
${list.join('\n')}

  --runs N        how often to measure (${DEFAULT_RUNS}); what depends on the moment in a round is measured three times as often
  --compare FILE  then says what has changed since those results
  --from FILE     measures nothing and takes these results; of a part in several files those of the last
  --write         writes BENCHMARKS.md and its picture also from some parts, or from files
  --help
`;
}

/** Throws an Error with a sentence for the user. @param {readonly string[]} args @param {Readonly<Record<string, import('./figure.mjs').Part>>} parts */
export function readArguments(args, parts) {
  const { values, positionals } = parseArgs({
    args: [...args], allowPositionals: true,
    options: { runs: { type: 'string' }, compare: { type: 'string' }, from: { type: 'string', multiple: true }, write: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const unknown = positionals.find((name) => !parts[name]);
  if (unknown !== undefined) throw new Error(`There is no part "${unknown}": ${Object.keys(parts).join(', ')}.`);
  const runs = Number(values.runs ?? DEFAULT_RUNS);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: a whole number from 1 on is needed.`);
  const from = values.from ?? [];
  if (from.length > 0 && (positionals.length > 0 || values.runs)) throw new Error('--from measures nothing: without parts and --runs.');
  const all = from.length === 0 && positionals.length === 0;
  return { help: values.help ?? false, names: all ? Object.keys(parts) : positionals, runs, from, compare: values.compare, write: values.write ?? all };
}
