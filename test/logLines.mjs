// Compares what nodes said in the tests with the table in LOGLINES.md: node test/logLines.mjs <folder that HOTPOCKET_TEST_SAID named>
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2];
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The rows of all tables, with a pattern for what a test notes (test/support/said.ts). */
function readTable() {
  const rows = [];
  for (const line of readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'LOGLINES.md'), 'utf8').split('\n')) {
    const [, level, template, where] = /^\| (inf|wrn|err|raw) \| `(.+?)` \| (.+?) \|$/.exec(line) ?? [];
    if (!level) continue;
    const text = template.replaceAll('\\|', '|').split(/<[^>]+>/).map(escaped).join('.+');
    const pattern = new RegExp(`^${level === 'raw' ? '' : `${level} `}${text}$`);
    rows.push({ line: `${level} ${template}`, pattern, tests: where.startsWith('– ') ? [] : where.split(', ') });
  }
  return rows;
}

const said = new Map(readdirSync(folder).map((name) => [name.replaceAll('+', '/'), readFileSync(join(folder, name), 'utf8').split('\n')]));
const rows = readTable();
const problems = [];
for (const { line, pattern, tests } of rows) {
  for (const test of tests) if (!(said.get(test) ?? []).some((text) => pattern.test(text))) problems.push(`not said in ${test}: ${line}`);
  if (tests.length > 0) continue;
  const [where] = [...said].find(([, lines]) => lines.some((text) => pattern.test(text))) ?? [];
  if (where) problems.push(`said in ${where}, although it can't be: ${line}`);
}
const unknown = new Set();
for (const [test, lines] of said) {
  if (!test.startsWith('process/') && !test.startsWith('sim/')) continue;
  for (const text of lines) if (/^(inf|wrn|err) /.test(text) && !rows.some(({ pattern }) => pattern.test(text))) unknown.add(`not in the table, said in ${test}: ${text}`);
}
problems.push(...unknown);
for (const problem of problems) console.log(problem);
const provoked = rows.filter((row) => row.tests.length > 0).length;
console.log(`${rows.length} lines, ${provoked} of them said by nodes in tests, ${rows.length - provoked} not applicable; ${problems.length} problems`);
process.exitCode = problems.length > 0 || rows.length < 100 ? 1 : 0;
