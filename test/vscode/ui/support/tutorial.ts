import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClusterEngine } from '../../../../src/cluster/engine';
import { projectFolder } from '../../harness/paths';
import { Scratch } from '../../harness/scratch';
import { keepPicturesOfFailures } from './failures';
import { STATUS } from './statusItem';
import type { Settings } from '../../harness/settings';
import { Workbench } from './workbench';
import type { WorkbenchWindow } from './window';

const NOT_ENOUGH = 'Not enough peers proposing to perform consensus. votes:2 needed:3';
const LEDGER = /\[inf\]\[hpc\] \*{4}Ledger created\*{4} \(lcl:\d+-[0-9a-f]{8} /;
const CATCHING_UP = /We are not on the consensus ledger, we must request history from a peer\.\n.* Hpfs ldgr sync: Target added\. Hash:.*\n.* Hpfs ldgr sync: Achieved target:/;

export interface TutorialOptions {
  readonly engine: ClusterEngine['kind'];
  /** The folder of its screenshots. */
  readonly suite: string;
  /** Of VS Code, asked for when the tests begin. */
  readonly settings: () => Promise<Settings>;
}

/**
 * HotPocket's tutorial for several nodes with nothing but clicks and the palette: every step in its order, on default ports and with
 * the default round time, on any engine. test/process/tutorial.test.ts does the same on the command line.
 */
export function followTutorial({ engine, suite, settings }: TutorialOptions): void {
  const scratch = new Scratch();
  const folder = join(scratch.folder, 'starter');
  let workbench: Workbench;
  let window: WorkbenchWindow;
  keepPicturesOfFailures(() => workbench);

  beforeAll(async () => {
    cpSync(join(projectFolder, 'samples/starter'), folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
    Object.assign(process.env, scratch.env);
    // As for somebody who has built his contract already: the sample's libraries are not in the copy.
    workbench = await Workbench.open({ suite, settings: { 'hotpocket.buildBeforeDeploy': false, ...(await settings()) } });
    window = await workbench.openWindow(folder);
    await window.showContainer('HotPocket');
    await window.page.locator('.welcome-view-content', { hasText: 'No HotPocket cluster' }).waitFor();
  }, 600_000);
  afterAll(async () => {
    await workbench?.close();
    await scratch.dispose();
  });

  const status = () => window.statusItem(STATUS).text();
  const row = (label: string) => window.tree('Cluster').row(label);
  const ledger = async (): Promise<number> => Number(/#(\d+)/.exec(await status())?.[1]);
  const working = (votes: '3/3' | '4/4' | '5/4') => expect.poll(status).toMatch(new RegExp(`^HP ${votes} · #\\d+$`));
  /** Ledgers go on being made, by so many votes of those needed. */
  async function goesOn(votes: '3/3' | '4/4' | '5/4'): Promise<void> {
    await working(votes);
    const before = await ledger();
    await expect.poll(ledger).toBeGreaterThan(before + 1);
    await working(votes);
  }
  async function watch(node: number): Promise<void> {
    await window.palette('HotPocket: Show Log');
    await window.quickInput.pick(`Node ${node}`);
    await expect.poll(() => window.output.channel()).toBe(`HotPocket: node ${node}`);
  }
  const log = () => window.output.text();
  const start = (node: number) => row(`Node ${node}`).inline('Start Node', async () => !/ stop/.test(await row(`Node ${node}`).text()));

  it('deploys from the palette, and shows the log of node 1', async () => {
    await window.palette('HotPocket: Deploy Contract…');
    await expect.poll(log).toMatch(LEDGER);
    await working('3/3');
    await window.screenshot('deployed');
  });

  it('shows the logs of three nodes', async () => {
    for (const node of [2, 3, 1]) {
      await watch(node);
      await expect.poll(log).toMatch(LEDGER);
      await window.screenshot(`log of node ${node}`);
    }
  });

  it('stops node 3 from the palette: the others wait for its vote', async () => {
    await window.palette('HotPocket: Stop Node');
    await window.quickInput.pick('Node 3');
    await expect.poll(() => row('Node 3').text()).toMatch(/^Node 3 stopped/);
    await expect.poll(status).toMatch(/^HP 2\/3 · stalled · #\d+$/);
    for (const node of [2, 1]) {
      await watch(node);
      await expect.poll(async () => (await log()).split(NOT_ENOUGH).length).toBeGreaterThan(3);
      await window.screenshot(`node ${node} waits`);
    }
    for (const node of [1, 2]) await expect.poll(() => row(`Node ${node}`).text()).toMatch(new RegExp(`^Node ${node} unreliable, 2 of 3 votes`));
    await window.readmePicture('node-stopped');
  });

  it('starts it by a click in the tree: all go on', async () => {
    await start(3);
    await goesOn('3/3');
    for (const node of [1, 2, 3]) await expect.poll(() => row(`Node ${node}`).text()).toMatch(new RegExp(`^Node ${node} synced`));
    await watch(1);
    await expect.poll(log).toMatch(LEDGER);
    await window.readmePicture('deployed');
  });

  it('cleans the cluster', async () => {
    await window.palette('HotPocket: Clean Cluster…');
    const question = window.dialog('Clean the cluster “default”?');
    await question.shown();
    await window.screenshot('clean');
    await question.click('Clean Cluster');
    await expect.poll(() => window.page.locator('.welcome-view-content').innerText()).toContain('No HotPocket cluster');
    await window.screenshot('cleaned');
  });

  it('deploys to five nodes', async () => {
    await window.palette('HotPocket: Set Cluster Size…');
    await window.quickInput.answer('5');
    const offer = window.notification('The next deployment creates a cluster of size 5.');
    await offer.shown();
    await window.screenshot('size 5');
    await offer.click('Deploy Contract…');
    await working('5/4');
    expect(await row(`default (${engine})`).text()).toContain(`default (${engine}) 5 nodes · needs 4 of 5, tolerates 1 · `);
    for (const node of [1, 2, 3, 4, 5]) await expect.poll(() => row(`Node ${node}`).text()).toMatch(new RegExp(`^Node ${node} synced · port ${8080 + node}$`));
    await window.screenshot('five nodes');
  });

  it('goes on with four when node 5 is stopped', async () => {
    await window.palette('HotPocket: Stop Node');
    await window.quickInput.pick('Node 5');
    await expect.poll(() => row('Node 5').text()).toMatch(/^Node 5 stopped/);
    await goesOn('4/4');
    await watch(5);
    await window.output.holds('hpcore exited due to signal.');
    await window.screenshot('node 5 stopped');
  });

  it('starts node 5, which catches up', async () => {
    await start(5);
    // With two lines a round they stay in sight for some rounds.
    await expect.poll(log).toMatch(CATCHING_UP);
    await window.screenshot('node 5 catches up');
    await expect.poll(log).toMatch(/Achieved target:[^]*Ledger created/);
    await expect.poll(() => row('Node 5').text()).toMatch(/^Node 5 synced/);
    await goesOn('5/4');
    await window.screenshot('node 5 is back in step');
  });

  it.each([[8081, 1], [8082, 2]])('serves a client on port %i', async (port, node) => {
    await window.palette('HotPocket: Open Client');
    await window.quickInput.pick(`Node ${node}`);
    // A terminal wraps lines at its width.
    const text = async () => (await window.terminal.text()).replaceAll('\n', '');
    await expect.poll(text).toContain(`Connected to wss://localhost:${port} as user ed`);
    await window.terminal.run(`{"type":"set","data":"stored through ${port}"}`);
    await expect.poll(text).toMatch(/\[1\] accepted in ledger \d+-[0-9a-f]{8}/);
    await expect.poll(text).toMatch(/output ledger \d+, signed by [45] of 5 nodes \{ "type": "dataResult", "data": "success" \}/);
    await window.terminal.run('?{"type":"get"}');
    await expect.poll(text).toContain(`[2] answer { "type": "dataResult", "data": "stored through ${port}" }`);
    await window.screenshot(`client on ${port}`);
  });
}
