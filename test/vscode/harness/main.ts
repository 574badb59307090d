import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle';
import { hostVsCode } from './hostVsCode';
import { projectFolder } from './paths';
import { Missing, provisionWorkbench } from './provision';
import { runHost } from './runHost';
import { runVitest } from './runVitest';
import { interruptForeground } from './signals';
import { skippedSuite, sum, type Tally } from './tally';

const here = join(projectFolder, 'test', 'vscode');
const say = (line: string): void => console.log(line);

/** What `node test/vscode/run.mjs` does (see there); gives its exit code. */
export async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options: { vsix: { type: 'string' }, grep: { type: 'string' } } });
  const vsix = values.vsix === undefined ? undefined : resolve(values.vsix);
  const parts: Record<string, () => Promise<Tally>> = {
    provision: () => provisionWorkbench(say).then(() => sum([])),
    host: () => host(vsix, values.grep),
    ui: () => ui('ui', vsix, values.grep),
    selftest: () => ui('selftest', undefined, values.grep),
  };
  const names = positionals.length > 0 ? positionals : ['host', 'ui'];
  const tallies: Tally[] = [];
  const interrupted = interruptForeground();
  for (const name of names) {
    const part = parts[name];
    if (!part) throw new Error(`There is no "${name}": ${Object.keys(parts).join(', ')}`);
    console.log(`\n== vscode: ${name}`);
    tallies.push(await skipWhatIsMissing(name, part));
    if (interrupted() !== undefined) break;
  }
  const code = report(sum(tallies));
  return interrupted() ?? code;
}

/** Mocha suites inside the extension host, against the packed extension or the project's own folder. */
async function host(vsix: string | undefined, grep: string | undefined): Promise<Tally> {
  const suiteFolder = join(here, 'suite');
  const built = await bundle(suiteFolder);
  try {
    const vscode = await hostVsCode(built.code, say);
    console.log(vscode.name);
    return await runHost({ vscode, extension: vsix ?? projectFolder, suites: built.suites, grep });
  } finally {
    built.dispose();
  }
}

/** Vitest suites that drive windows from outside. */
async function ui(project: string, vsix: string | undefined, grep: string | undefined): Promise<Tally> {
  await provisionWorkbench(say);
  return runVitest(project, vsix, grep);
}

async function skipWhatIsMissing(name: string, part: () => Promise<Tally>): Promise<Tally> {
  try {
    return await part();
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return skippedSuite(`vscode ${name}`, error.message);
  }
}

function report(tally: Tally): number {
  for (const note of tally.notes) console.log(note);
  console.log(`${tally.passed} passed, ${tally.failed} failed${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''}`);
  const file = process.env['HOTPOCKET_TEST_REPORT'];
  if (file !== undefined) writeFileSync(file, JSON.stringify(tally));
  return tally.failed > 0 ? 1 : 0;
}
