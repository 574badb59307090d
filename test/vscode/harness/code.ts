#!/usr/bin/env node
// Stands in for the `code` program where no desktop VS Code can run: the same command line for windows, tests and installed
// extensions, but on code-server and a headless browser. Ends with the result of the tests: 0, or 1 when one failed or VS Code did.
import { findChromium } from './chromium';
import { parseCodeArguments } from './codeArguments';
import { codeCommand } from './codeServer';
import { showCodeWindow } from './codeWindow';
import { Scratch } from './scratch';
import { findStandIn } from './standIn';

const scratch = new Scratch();
const closings = [() => scratch.dispose()];
let ending: Promise<void> | undefined;

const SIGNALS = [['SIGHUP', 129], ['SIGINT', 130], ['SIGTERM', 143]] as const;
for (const [signal, code] of SIGNALS) process.on(signal, () => void end(code));
void main().then(end, (error: unknown) => end(1, error));

async function main(): Promise<number> {
  const standIn = findStandIn();
  const chromium = findChromium();
  if (!standIn || chromium === undefined) throw new Error('code-server or Chromium is missing; test/vscode/run.mjs says how to get them.');
  const args = parseCodeArguments(process.argv.slice(2));
  const folders = { scratch, userData: args.userData ?? scratch.path('data'), extensions: args.extensions ?? scratch.path('extensions') };
  if (args.version) console.log(standIn.version);
  else if (args.extensionCommand) console.log((await codeCommand(standIn, folders, args.extensionCommand)).trimEnd());
  else return showCodeWindow({ standIn, chromium, folders, args, onClose: (close) => closings.push(close) });
  return 0;
}

/** Undoes everything, the last first, and ends the process. Only the first call counts: what is undone may fail what is under way. */
function end(code: number, error?: unknown): Promise<void> {
  ending ??= (async () => {
    if (error !== undefined) console.error(error instanceof Error ? error.message : error);
    for (const close of closings.reverse()) await close().catch((failure: unknown) => console.error(failure));
    process.exit(code);
  })();
  return ending;
}
