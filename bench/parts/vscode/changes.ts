import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { processesOf } from '../../../test/vscode/harness/processes';
import { STATUS } from '../../../test/vscode/ui/support/statusItem';
import type { Figures } from './figures';
import { until, withWindow } from './window';

/** What is used of the page. */
interface Text {
  textContent: string | null;
}

/** From the death of a node's process to what the window shows of it. The page itself watches, every frame. */
export function changes(vsix: string, runs: number): Promise<Figures> {
  return withWindow(vsix, () => '', async ({ window, workbench, status }) => {
    const [inTree, inStatusBar]: [number[], number[]] = [[], []];
    const row = window.page.getByRole('treeitem', { name: /^Node 3/ });
    const item = window.page.locator(`.part.statusbar [id="${STATUS}"]`);
    for (let i = 0; i < runs; i++) {
      await until(async () => /^HP 3\/3 · #\d+$/.test(await status()) && (await row.innerText()).includes('synced'));
      // A moment of its own each time. A node that keeps dying within seconds would not be started again for ever.
      await setTimeout((i % 5 === 4 ? 11_000 : 1_000) + Math.random() * 1_000);
      const [treeHandle, itemHandle] = [await row.elementHandle(), await item.elementHandle()];
      const seen = Promise.all([
        // On a busy machine it may have been started again by then.
        treeHandle?.evaluate(shows, 'crashed|starting'),
        itemHandle?.evaluate(shows, 'stalled'),
      ]);
      await setTimeout(50);
      const [pid] = processesOf(workbench.id).filter((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').includes('/node.js\0run\0') && readFileSync(`/proc/${one}/cmdline`, 'utf8').includes('/node3\0'));
      const begin = Date.now();
      process.kill(pid!, 'SIGKILL');
      const [tree, bar] = await seen;
      inTree.push((tree ?? NaN) - begin);
      inStatusBar.push((bar ?? NaN) - begin);
    }
    return {
      title: 'a node\'s process dies, until it is shown',
      rows: [
        { id: 'extension.tree', name: 'in the tree', unit: 'ms', most: 300, values: inTree, digits: 0 },
        { id: 'extension.statusBar', name: 'in the status bar', unit: 'ms', most: 300, values: inStatusBar, digits: 0 },
      ],
    };
  });
}

/** Runs in the page: when (ms since 1970) the element first shows a text that matches. */
function shows(element: unknown, pattern: string): Promise<number> {
  const { requestAnimationFrame } = globalThis as unknown as { requestAnimationFrame: (callback: () => void) => void };
  return new Promise((resolve) => {
    const look = (): void => (new RegExp(pattern).test((element as Text).textContent ?? '') ? resolve(Date.now()) : requestAnimationFrame(look));
    look();
  });
}
