// What runs gave, as JSON under bench/results/.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'results');
const FORMAT = 1;

/**
 * @typedef {{ readonly title: string, readonly about: string, readonly seconds: number, readonly groups: readonly import('./figure.mjs').Group[], readonly failure?: string }} PartResult
 * @typedef {object} Results
 * @property {number} format
 * @property {string} at ISO 8601.
 * @property {ReturnType<typeof import('./machine.mjs').describeMachine>} machine
 * @property {number} runs
 * @property {Record<string, PartResult>} parts
 */

/** A new file for the results of a run that began at `at`. */
export const resultsFile = (at) => join(folder, `${at.toISOString().replace(/[:.]/g, '-').slice(0, 19)}.json`);

/** Writes what there is so far. */
export function save(file, { at, machine, runs, parts }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ format: FORMAT, at, machine, runs, parts }, null, 1)}\n`);
}

/** @param {string} file @returns {Results} */
export function load(file) {
  const results = JSON.parse(readFileSync(file, 'utf8'));
  if (results.format !== FORMAT) throw new Error(`${file} is not a file of results of this version.`);
  return results;
}

/** Results of several runs together; of a part in more than one of them those of the last. The machine is that of the last. @param {readonly Results[]} all @returns {Results} */
export function together(all) {
  return { ...all.at(-1), parts: Object.assign({}, ...all.map(({ parts }) => parts)) };
}

/** @param {Results} results */
export const figuresOf = ({ parts }) => Object.values(parts).flatMap(({ groups }) => groups.flatMap(({ rows }) => rows));
