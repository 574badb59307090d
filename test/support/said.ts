import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/**
 * Lines that nodes logged in this test file, for the table of log lines (test/LOGLINES.md): each as `inf text`, or as it is if it has
 * no level. They are written to the folder HOTPOCKET_TEST_SAID, where test/logLines.mjs looks for them.
 */
const said = new Set<string>();
const folder = process.env.HOTPOCKET_TEST_SAID;

export function noteLine(line: string): void {
  if (folder) said.add(line);
}

/** The console or log file of a node; what contracts printed is among it. */
export function noteLog(text: string): void {
  if (!folder) return;
  for (const line of text.split('\n')) if (line !== '') said.add(line.replace(/^\d{8} [\d:.]{12} \[(\w{3})\]\[hpc\] /, '$1 '));
}

/** All log files of a node's folder. */
export function noteLogs(dir: string): void {
  if (!folder || !existsSync(dir)) return;
  for (const name of readdirSync(dir)) if (/^(console|hp)(\.\d+)?\.log$/.test(name)) noteLog(readFileSync(join(dir, name), 'utf8'));
}

export function writeSaid(testFile: string): void {
  if (!folder || said.size === 0) return;
  mkdirSync(folder, { recursive: true });
  const name = relative(resolve(__dirname, '..'), testFile).replace(/\.test\.ts$/, '').replaceAll(/[\\/]/g, '+');
  writeFileSync(join(folder, name), [...said].join('\n'));
}
