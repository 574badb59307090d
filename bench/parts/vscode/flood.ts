import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { processesOf } from '../../../test/vscode/harness/processes';
import type { Figures } from './figures';
import { until, withWindow } from './window';

const LINES = 200_000;

/** Floods once for each new number that a file holds, on node 1 alone; that file is not part of a state. */
const program = (order: string): string => `
const { readFileSync, renameSync, writeSync } = require('node:fs');
let text = '';
try {
  if (process.cwd().includes('/node1/')) { text = readFileSync(${JSON.stringify(order)}, 'utf8'); renameSync(${JSON.stringify(order)}, ${JSON.stringify(`${order}.done`)}); }
} catch {}
if (text) for (let from = 1; from <= ${LINES}; from += 1000) {
  const part = Array.from({ length: 1000 }, (_, i) => 'flood ' + text + ': a line of usual length of a contract that talks too much, number ' + (from + i) + '.\\n').join('');
  for (let at = 0; at < part.length; ) at += writeSync(1, part.slice(at));
}
`;

/** 200,000 lines from a contract in one round, while its log and that of all nodes are followed. */
export function flood(vsix: string, runs: number): Promise<Figures> {
  const orderIn = (folder: string) => join(folder, 'order');
  return withWindow(vsix, (folder) => program(orderIn(folder)), async ({ window, workbench, folder, consoleLog }) => {
    const order = orderIn(folder);
    const [lost, written, shown, palette, frame, memory]: number[][] = [[], [], [], [], [], []];
    await window.palette('HotPocket: Show All Logs Together');
    await window.palette('HotPocket: Show Log');
    await window.quickInput.pick('Node 1');
    await setTimeout(5_000);
    const [host] = processesOf(workbench.id).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=extensionHost'));
    for (let run = 1; run <= runs; run++) {
      const before = residentMiB(host!);
      const size = statSync(consoleLog(1)).size;
      const frames = window.page.evaluate(longestFrame, 8_000);
      const begin = performance.now();
      writeFileSync(order, String(run));
      await until(() => statSync(consoleLog(1)).size > size + 1_000_000, 10);
      const pressed = performance.now();
      await window.palette('View: Toggle Primary Side Bar Visibility');
      await window.palette('View: Toggle Primary Side Bar Visibility');
      palette!.push((performance.now() - pressed) / 2);
      written!.push((await until(() => statSync(consoleLog(1)).size > size + LINES * 80, 10)) - begin);
      shown!.push((await until(async () => (await window.output.text()).includes(`flood ${run}: `) && (await window.output.text()).includes(`number ${LINES}.`), 100)) - begin);
      frame!.push(await frames);
      await setTimeout(2_000);
      memory!.push(residentMiB(host!) - before);
      const numbers = new Set([...readFileSync(consoleLog(1), 'utf8').matchAll(new RegExp(`^flood ${run}: .* number (\\d+)\\.$`, 'gm'))].map(([, number]) => number));
      lost!.push(LINES - numbers.size);
    }
    return {
      title: `${LINES} lines in one round`,
      rows: [
        { id: 'flood.lost', name: 'lost in the file', unit: '', most: 0, values: lost!, digits: 0 },
        { id: 'flood.written', name: 'written', unit: 'ms', values: written!, digits: 0 },
        { id: 'flood.shown', name: 'the last one shown', unit: 'ms', values: shown!, digits: 0 },
        { id: 'flood.palette', name: 'a command from the palette meanwhile', unit: 'ms', values: palette!, digits: 0 },
        { id: 'flood.frame', name: 'the longest frame of the window', unit: 'ms', values: frame!, digits: 0 },
        { id: 'flood.memory', name: 'extension host: resident memory afterwards, more', unit: 'MiB', most: 50, values: memory!, digits: 0 },
      ],
    };
  });
}

function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Runs in the page: the longest time (ms) between two frames. */
function longestFrame(ms: number): Promise<number> {
  const { requestAnimationFrame } = globalThis as unknown as { requestAnimationFrame: (callback: () => void) => void };
  return new Promise((resolve) => {
    const begin = performance.now();
    let [last, longest] = [begin, 0];
    const frame = (): void => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (now - begin < ms) requestAnimationFrame(frame);
      else resolve(longest);
    };
    requestAnimationFrame(frame);
  });
}
