import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../harness/paths';
import { processesOf } from '../harness/processes';
import { Scratch } from '../harness/scratch';
import { keepPicturesOfFailures } from './support/failures';
import { STATUS } from './support/statusItem';
import { Workbench } from './support/workbench';
import type { WorkbenchWindow } from './support/window';

// A cluster is nobody's window's: several see it, it outlives them all, and it is mended when what runs it was killed.
const scratch = new Scratch();
const folder = join(scratch.folder, 'Mein Vertrag ü');
// The cluster carries the mark of this file's scratch, not that of one VS Code, and so survives it.
const open = (suite: string) => Workbench.open({ suite, env: scratch.env });
let workbench: Workbench;

beforeAll(async () => {
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify({ 'hotpocket.userPortBegin': 25_181, 'hotpocket.peerPortBegin': 25_861, 'hotpocket.roundTime': 1000 }));
  cpSync(join(projectFolder, 'samples/starter/dist'), join(folder, 'dist'), { recursive: true });
  workbench = await open('windows');
});
afterAll(async () => {
  await workbench?.close();
  await scratch.dispose();
});
keepPicturesOfFailures(() => workbench);

const status = (window: WorkbenchWindow) => window.statusItem(STATUS).text();
const row = (window: WorkbenchWindow, node: number) => window.tree('Cluster').row(`Node ${node}`);
const working = (window: WorkbenchWindow) => expect.poll(() => status(window)).toMatch(/^HP 3\/3 · #\d+$/);
const ledgers = (): number[] => [...readFileSync(join(scratch.path('hotpocket'), 'clusters/default/node1/log/console.log'), 'utf8').matchAll(/Ledger created\*{4} \(lcl:(\d+)-/g)].map(([, seqNo]) => Number(seqNo));
const read = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};
const parentOf = (pid: number): number => Number(/^PPid:\s*(\d+)/m.exec(read(pid, 'status'))?.[1]);
/** Without those that look so only because their parent has just made them, and are about to become another program. */
const processes = (program: string): number[] => {
  const alike = processesOf(scratch.id).filter((pid) => read(pid, 'cmdline').split('\0').some((part) => part.endsWith(`/dist/${program}`)));
  return alike.filter((pid) => parentOf(pid) > 0 && !alike.includes(parentOf(pid)));
};

async function shown(window: WorkbenchWindow): Promise<WorkbenchWindow> {
  await window.showContainer('HotPocket');
  return window;
}

/** How long (ms) after the first window the others show what the first one does; none takes more than a second. */
async function lag(looks: readonly (() => Promise<boolean>)[]): Promise<number> {
  const since = (look: () => Promise<boolean>, timeout: number) => expect.poll(look, { timeout, interval: 10 }).toBe(true).then(() => performance.now());
  const [first, ...others] = looks as [() => Promise<boolean>, ...(() => Promise<boolean>)[]];
  const times = others.map((look) => since(look, 30_000));
  const seen = await since(first, 30_000);
  const late = Math.max(...(await Promise.all(times))) - seen;
  expect(late).toBeLessThan(1000);
  return Math.round(late);
}

describe.sequential('a cluster and its windows', () => {
  it('is the same in two of them, within a second', async () => {
    const [one, two] = [await shown(await workbench.openWindow(folder)), await shown(await workbench.openWindow(folder))];
    await one.palette('HotPocket: Deploy Contract…');
    await working(one);
    await working(two);

    const stops = (window: WorkbenchWindow) => async () => /^Node 2 stop/.test(await row(window, 2).text());
    const runs = (window: WorkbenchWindow) => async () => !/^Node 2 stop/.test(await row(window, 2).text());
    const stalls = (window: WorkbenchWindow) => async () => (await status(window)).includes('stalled');
    const lags: number[] = [];
    for (const [here, there] of [[one, two], [two, one]] as const) {
      await here.page.bringToFront();
      for (const [action, done, what] of [['Stop Node', stops(here), [[stops(here), stops(there)], [stalls(here), stalls(there)]]], ['Start Node', runs(here), [[runs(here), runs(there)]]]] as const) {
        const late = Promise.all(what.map(lag));
        await row(here, 2).inline(action, done);
        lags.push(...(await late));
      }
      await working(here);
      await working(there);
    }
    console.log(`a change in one window is seen in the other ${lags.join(', ')} ms later`);
    for (const window of [one, two]) await window.screenshot('two windows');
  });

  it('runs on when VS Code is closed, and is found when it is opened again', async () => {
    const nodes = processes('node.js');
    expect(nodes).toHaveLength(3);
    await workbench.close();
    const before = ledgers().length;
    await expect.poll(() => ledgers().length).toBeGreaterThan(before + 2);
    expect(processes('node.js')).toEqual(nodes);

    workbench = await open('windows opened again');
    const window = await shown(await workbench.openWindow(folder));
    await working(window);
    for (const node of [1, 2, 3]) await expect.poll(() => row(window, node).text()).toMatch(new RegExp(`^Node ${node} synced`));
    await window.screenshot('found again');
    expect(processes('node.js')).toEqual(nodes);
  });

  it('shows that its supervisor was killed, and is mended by the next command', async () => {
    const window = workbench.windows.at(-1)!;
    const supervisors = processes('supervisor.js');
    expect(supervisors).toHaveLength(1);
    const begin = performance.now();
    process.kill(supervisors[0]!, 'SIGKILL');
    await expect.poll(() => status(window), { interval: 20 }).toBe('HP interrupted');
    console.log(`the status bar shows that the supervisor was killed after ${(performance.now() - begin).toFixed(0)} ms`);
    for (const node of [1, 2, 3]) await expect.poll(() => row(window, node).text()).toMatch(new RegExp(`^Node ${node} interrupted`));
    const news = window.notification('The HotPocket cluster was interrupted: its supervisor ended, and the nodes stopped. Nothing is lost.');
    await news.shown();
    expect(await news.buttons()).toEqual(['Start All Nodes', 'Show Logs']);
    await window.screenshot('supervisor killed');
    await news.dismiss();

    const before = ledgers().at(-1) ?? 0;
    await window.palette('HotPocket: Start Node');
    await window.quickInput.pick('Node 1');
    await working(window);
    for (const node of [1, 2, 3]) await expect.poll(() => row(window, node).text()).toMatch(new RegExp(`^Node ${node} synced`));
    await expect.poll(() => ledgers().at(-1)).toBeGreaterThan(before);
    await window.screenshot('mended');
  });
});
