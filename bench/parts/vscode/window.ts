import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Scratch } from '../../../test/vscode/harness/scratch';
import { STATUS } from '../../../test/vscode/ui/support/statusItem';
import { Workbench } from '../../../test/vscode/ui/support/workbench';
import type { WorkbenchWindow } from '../../../test/vscode/ui/support/window';

/** A window on a folder with a contract, with a cluster of three that it deployed. */
export interface BenchWindow {
  readonly window: WorkbenchWindow;
  readonly workbench: Workbench;
  readonly folder: string;
  /** Of node n. */
  readonly consoleLog: (node: number) => string;
  readonly status: () => Promise<string>;
}

const SETTINGS = { 'hotpocket.userPortBegin': 23_181, 'hotpocket.peerPortBegin': 23_861, 'hotpocket.roundTime': 1000, 'hotpocket.defaultNode': 0 };

export async function withWindow<T>(vsix: string, program: (folder: string) => string, measure: (bench: BenchWindow) => Promise<T>): Promise<T> {
  const scratch = new Scratch();
  const folder = scratch.path('contract');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.js'), program(folder));
  writeFileSync(join(folder, 'hp.cfg.override'), JSON.stringify({ contract: { bin_path: '/usr/bin/node', bin_args: 'index.js' } }));
  const workbench = await Workbench.open({ suite: 'bench', vsix, settings: SETTINGS });
  try {
    const window = await workbench.openWindow(folder);
    const status = () => window.statusItem(STATUS).text();
    await window.showContainer('HotPocket');
    await window.palette('HotPocket: Deploy Contract…');
    await until(async () => /^HP 3\/3 · #\d+$/.test(await status()));
    const consoleLog = (node: number) => join(workbench.env['HOTPOCKET_HOME'] ?? '', `clusters/default/node${node}/log/console.log`);
    return await measure({ window, workbench, folder, consoleLog, status });
  } finally {
    await workbench.close();
    await scratch.dispose();
  }
}

/** Gives the time (performance.now) at which it was first so. */
export async function until(look: () => boolean | Promise<boolean>, everyMs = 50): Promise<number> {
  for (const deadline = performance.now() + 120_000; ; await setTimeout(everyMs)) {
    if (await look()) return performance.now();
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${look.toString()}`);
  }
}
