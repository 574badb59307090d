// `npm run bench`: how long one waits, and what it takes (BENCHMARKS.md). `--help` says the rest.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { helpText, readArguments } from './commandLine.mjs';
import { describeMachine, machineText } from './machine.mjs';
import { parts } from './parts/index.mjs';
import { realEngine } from './realEngine.mjs';
import { compareText } from './report/compare.mjs';
import { markdown } from './report/markdown.mjs';
import { plot, waits } from './report/plot.mjs';
import { groupText } from './report/terminal.mjs';
import { load, resultsFile, save, together } from './results.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PICTURE = 'media/benchmarks.svg';

/** Measures part by part; what there is so far is on disk and on the screen. */
async function measure(names, runs, real) {
  const begin = new Date();
  const file = resultsFile(begin);
  const results = { at: begin.toISOString(), machine: describeMachine(), runs, parts: {} };
  console.log(`${machineText(results.machine)}\nReal engine: ${real.source}\n`);
  if (results.machine.load > cpus().length / 2) console.log(`This machine is busy (load ${results.machine.load}): figures of time are too high.\n`);
  for (const name of names) {
    const { title, about, measure: figures } = parts[name];
    const [partBegin, groups] = [performance.now(), []];
    const elapsed = () => Math.round((performance.now() - partBegin) / 1000);
    const keep = (failure) => {
      results.parts[name] = { title, about, seconds: elapsed(), groups, ...(failure && { failure }) };
      save(file, results);
    };
    const say = (text) => console.error(`  ${name}, ${elapsed()} s: ${text}`);
    try {
      for await (const group of figures({ runs, say })) {
        groups.push(group);
        keep();
        console.log(`\n${groupText(group, real)}\n`);
      }
      keep();
    } catch (error) {
      keep(error instanceof Error ? error.message : String(error));
      console.error(`\n${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = 1;
    }
  }
  console.log(`Kept in ${relative(process.cwd(), file)}`);
  return results;
}

function read(files, real) {
  const results = together(files.map(load));
  console.log(`${machineText(results.machine)}\n`);
  for (const { groups } of Object.values(results.parts)) for (const group of groups) console.log(`${groupText(group, real)}\n`);
  return results;
}

function write(results, real) {
  const rows = waits(results, real);
  mkdirSync(dirname(join(root, PICTURE)), { recursive: true });
  if (rows.length > 0) writeFileSync(join(root, PICTURE), plot(rows));
  writeFileSync(join(root, 'BENCHMARKS.md'), markdown(results, real, PICTURE));
  console.log('BENCHMARKS.md is written.');
}

async function main() {
  const { help, names, runs, from, compare, write: wanted } = readArguments(process.argv.slice(2), parts);
  if (help) return console.log(helpText(parts));
  // Read first: what cannot be compared need not be measured.
  const before = compare === undefined ? undefined : load(compare);
  const real = await realEngine();
  const results = from.length > 0 ? read(from, real) : await measure(names, runs, real);
  if (before) console.log(`\n${compareText(before, results)}\n`);
  if (wanted) write(results, real);
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
