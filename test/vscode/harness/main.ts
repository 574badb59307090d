import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle';
import { hostVsCode } from './hostVsCode';
import { openForPeople } from './open';
import { projectFolder } from './paths';
import { Missing, provisionWorkbench } from './provision';
import { runHost } from './runHost';
import { runVitest } from './runVitest';
import { interruptForeground } from './signals';
import { failure, sum, type Choice, type Tally } from './tally';

const here = join(projectFolder, 'test', 'vscode');
const say = (line: string): void => console.log(line);

/** What `node test/vscode/run.mjs` does (see there); gives its exit code. */
export async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options: { vsix: { type: 'string' }, grep: { type: 'string' }, file: { type: 'string' }, folder: { type: 'string' } } });
  const vsix = values.vsix === undefined ? undefined : resolve(values.vsix);
  const parts: Record<string, () => Promise<Tally>> = {
    open: () => open(vsix, values.folder),
    provision: () => provisionWorkbench(say).then(() => sum([])),
    host: () => host(vsix, values),
    ui: () => ui('ui', vsix, values),
    selftest: () => ui('selftest', undefined, values),
  };
  const names = positionals.length > 0 ? positionals : ['host', 'ui'];
  const tallies: Tally[] = [];
  const interrupted = interruptForeground();
  for (const name of names) {
    const part = parts[name];
    if (!part) throw new Error(`There is no "${name}": ${Object.keys(parts).join(', ')}`);
    console.log(`\n== vscode: ${name}`);
    tallies.push(await settled(name, part));
    if (interrupted() !== undefined) break;
  }
  const code = report(sum(tallies));
  return interrupted() ?? code;
}

/** Mocha suites inside the extension host, against the packed extension or the project's own folder. */
async function host(vsix: string | undefined, choice: Choice): Promise<Tally> {
  const suiteFolder = join(here, 'suite');
  const built = await bundle(suiteFolder);
  try {
    const vscode = await hostVsCode(built.code, say);
    console.log(vscode.name);
    return await runHost({ vscode, extension: vsix ?? projectFolder, suites: built.suites, choice });
  } finally {
    built.dispose();
  }
}

/** Not a test: what `npm start` shows where there is no desktop VS Code. */
async function open(vsix: string | undefined, folder: string | undefined): Promise<Tally> {
  if (vsix === undefined || folder === undefined) throw new Error('open needs --vsix FILE and --folder DIR');
  const { HOTPOCKET_HOME, XDG_RUNTIME_DIR } = process.env;
  await openForPeople({ vsix, folder: resolve(folder), env: { HOTPOCKET_HOME, XDG_RUNTIME_DIR } }, say);
  return sum([]);
}

/** Vitest suites that drive windows from outside. */
async function ui(project: string, vsix: string | undefined, choice: Choice): Promise<Tally> {
  await provisionWorkbench(say);
  return runVitest(project, vsix, choice);
}

/** What is missing here skips a part; whatever else hinders it has failed it. */
async function settled(name: string, part: () => Promise<Tally>): Promise<Tally> {
  try {
    return await part();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const text = `vscode ${name}: ${reason}`;
    return error instanceof Missing ? { passed: 0, skips: [text], failures: [] } : failure(text);
  }
}

function report(tally: Tally): number {
  const { passed, skips, failures } = tally;
  for (const skip of skips) console.log(`skipped: ${skip}`);
  for (const { file, name } of failures) console.log(`failed: ${file ? `${file}: ` : ''}${name}`);
  console.log(`${passed} passed, ${failures.length} failed${skips.length > 0 ? `, ${skips.length} skipped` : ''}`);
  const file = process.env['HOTPOCKET_TEST_REPORT'];
  if (file !== undefined) writeFileSync(file, JSON.stringify(tally));
  return failures.length > 0 ? 1 : 0;
}
