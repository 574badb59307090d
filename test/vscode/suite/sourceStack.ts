import { findSourceMap } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const FRAME = /(\/[^():]+\.js):(\d+):(\d+)/g;

/** The stack of an error in compiled suites, in terms of their source files. VS Code's own stack traces know no source maps. */
export function sourceStack(stack: string): string {
  const ours = stack.split('\n').filter((line) => !/node_modules[\\/]mocha|\(node:/.test(line));
  return ours.map((line) => line.replace(FRAME, original)).join('\n');
}

function original(frame: string, file: string, line: string, column: string): string {
  const entry = findSourceMap(file)?.findEntry(Number(line) - 1, Number(column) - 1);
  if (!entry || !('originalSource' in entry)) return frame;
  const source = entry.originalSource.startsWith('file:') ? fileURLToPath(entry.originalSource) : entry.originalSource;
  return `${relative(process.cwd(), source)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}
