import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium';
import type { CodeArguments } from './codeArguments';
import { CodeServer, UNATTENDED, type CodeServerFolders } from './codeServer';
import type { StandIn } from './standIn';
import { OUTPUT_VARIABLE, TestOutput, TESTS_VARIABLE } from './testOutput';
import { openWorkbench } from './workbenchPage';

export interface CodeWindow {
  standIn: StandIn;
  chromium: string;
  folders: CodeServerFolders;
  args: CodeArguments;
  /** Called with the undoing of each thing as soon as it exists. */
  onClose: (close: () => Promise<void>) => void;
}

/** Opens one window and waits for the exit code of its tests. A window without tests stays open. */
export async function showCodeWindow({ standIn, chromium, folders, args, onClose }: CodeWindow): Promise<number> {
  const socket = folders.scratch.path('output.sock');
  const output = await TestOutput.listen(socket);
  onClose(() => output.close());

  const env = args.tests === undefined ? {} : { [OUTPUT_VARIABLE]: socket, [TESTS_VARIABLE]: args.tests };
  const server = await CodeServer.start(standIn, folders, env, [...UNATTENDED, ...args.extra]);
  onClose(() => server.stop());

  const browser = await launchChromium(chromium, folders.scratch);
  onClose(() => browser.close());

  const page = browser.pages()[0] ?? (await browser.newPage());
  const exit = await exitCode(page, server);
  const tests = args.tests === undefined ? undefined : join(import.meta.dirname, 'hostEntry.js');
  await openWorkbench(page, { authority: server.authority, workspace: args.workspace, development: { extensions: args.development, tests } });
  return exit.code;
}

/** The workbench calls these functions when its tests are done, as it does under VS Code's own automation. */
async function exitCode(page: Page, server: CodeServer): Promise<{ code: Promise<number> }> {
  let settle: (code: number) => void;
  let fail: (error: Error) => void;
  const code = new Promise<number>((resolve, reject) => ([settle, fail] = [resolve, reject]));
  code.catch(() => undefined);
  await page.exposeFunction('codeAutomationExit', (result: number) => settle(result));
  await page.exposeFunction('codeAutomationLog', () => undefined);
  page.on('crash', () => fail(new Error('The page of the workbench crashed.')));
  page.on('close', () => fail(new Error('The browser ended before the tests did.')));
  void server.end.then((status) => fail(new Error(`code-server ended with ${String(status)} before the tests did.`)));
  return { code };
}
