import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hotpocketClient } from '../../support/hotpocketClient';
import { projectFolder } from '../harness/paths';
import { Scratch } from '../harness/scratch';
import { keepPicturesOfFailures } from './support/failures';
import { STATUS } from './support/statusItem';
import { Workbench } from './support/workbench';
import type { WorkbenchWindow } from './support/window';

// The side bar, the palette, the status bar and messages, on a real embedded cluster with the sample contract.
const USER_PORT = 25_281;
const scratch = new Scratch();
const folder = join(scratch.folder, 'Mein Vertrag ü');
const override = join(folder, 'dist', 'hp.cfg.override');
let workbench: Workbench;
let window: WorkbenchWindow;

beforeAll(async () => {
  // The build stands for one of any length; that npm runs it is what counts.
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify({ 'hotpocket.userPortBegin': USER_PORT, 'hotpocket.peerPortBegin': 25_961, 'hotpocket.roundTime': 1000 }));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'contract', scripts: { build: 'node -e "console.log(\'built by npm\')"' } }));
  cpSync(join(projectFolder, 'samples/starter/dist'), join(folder, 'dist'), { recursive: true });
  Object.assign(process.env, scratch.env);
  workbench = await Workbench.open({ suite: 'cluster' });
  window = await workbench.openWindow(folder);
});
afterAll(async () => {
  await workbench?.close();
  await scratch.dispose();
});
keepPicturesOfFailures(() => workbench);

const tree = (one = window) => one.tree('Cluster');
const status = (one = window) => one.statusItem(STATUS).text();
const rows = () => tree().rows();
const shownAs = async (node: number, text: RegExp): Promise<boolean> => text.test(await tree().row(`Node ${node}`).text());
const working = (needed: number) => expect.poll(() => status()).toMatch(new RegExp(`^HP ${needed}/${needed} · #\\d+$`));

describe('a cluster in VS Code', () => {
  it('begins with the one thing to do', async () => {
    await window.showContainer('HotPocket');
    const welcome = window.page.locator('.welcome-view-content');
    await expect.poll(() => welcome.innerText()).toContain('No HotPocket cluster runs on this machine yet.');
    expect(await welcome.getByRole('button', { name: 'Deploy Contract' }).count()).toBe(1);
    await window.screenshot('welcome');
  });

  it('is made by deploying the contract that is found', async () => {
    await window.palette('HotPocket: Deploy Contract…');
    await working(3);
    await expect.poll(rows).toEqual([
      expect.stringMatching(/^default \(embedded\) 3 nodes · needs 3 of 3, tolerates 0 · 1 s$/),
      expect.stringMatching(/^Ledger #\d+$/),
      ...[1, 2, 3].map((n) => `Node ${n} synced · port ${USER_PORT + n - 1}`),
    ]);
    await window.screenshot('deployed');
  });

  it('loses and finds consensus by clicks in the tree, without a message', async () => {
    await tree().row('Node 3').inline('Stop Node', () => shownAs(3, /^Node 3 stop/));
    await expect.poll(() => status()).toMatch(/^HP \d\/3 · stalled · #\d+$/);
    await expect.poll(() => tree().row('Node 3').text()).toMatch(/^Node 3 stopped/);
    await expect.poll(() => tree().row('Node 1').text()).toMatch(/^Node 1 unreliable, 2 of 3 votes/);
    await window.screenshot('node 3 stopped');
    // Longer than the patience for an incident that is nobody's doing.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect(await window.page.locator('.notification-toast').allInnerTexts()).toEqual([]);
    await tree().row('Node 3').inline('Start Node', async () => !(await shownAs(3, /^Node 3 stop/)));
    await working(3);
  });

  it('is steered from the palette, and a second window sees it', async () => {
    const second = await workbench.openWindow();
    await expect.poll(() => status(second)).toMatch(/^HP 3\/3/);
    await window.palette('HotPocket: Stop Node');
    await expect.poll(() => window.quickInput.choices()).toEqual(expect.arrayContaining(['Node 1', 'Node 2', 'Node 3']));
    await window.screenshot('which node to stop');
    await window.quickInput.pick('Node 2');
    await expect.poll(() => tree().row('Node 2').text()).toMatch(/^Node 2 stopp/);
    await expect.poll(() => status(second)).toMatch(/stalled/);

    // Over there it is news, told once and with what helps.
    const news = second.notification('The HotPocket cluster is stalled');
    await news.shown();
    expect(await news.buttons()).toEqual(['Start Node 2', 'Show Logs']);
    await second.screenshot('told in the other window');
    await news.click('Start Node 2');
    await working(3);
    await second.close();
  });

  it('shows what there is to know of a node', async () => {
    await tree().row('Node 3').expand();
    await expect.poll(rows).toEqual(expect.arrayContaining([
      `Endpoint wss://localhost:${USER_PORT + 2}`, 'Peer port 25963', expect.stringMatching(/^Public key ed[0-9a-f]{64}$/), 'Role validator, in UNL', 'Peers 2', 'Users 0', 'State files',
    ]));
    await tree().row('State files').expand();
    await tree().row('index.js').click(async () => (await window.editor.tabs()).includes('index.js'));
    await window.screenshot('details and a state file');
    await expect.poll(async () => {
      await window.editor.type('x');
      return window.page.locator('.monaco-editor-overlaymessage').innerText({ timeout: 3_000 });
    }).toContain('read-only');
    await tree().row('Endpoint').inline('Copy', async () => (await window.page.locator('.part.statusbar').innerText()).includes(`Copied wss://localhost:${USER_PORT + 2}`));
  });

  it('shows where the rounds of a node are spent', async () => {
    const row = tree().row('Last round');
    await expect.poll(() => row.text()).toMatch(/^Last round contract \d+ ms of \d+000 ms$/);
    await row.click(async () => (await window.editor.tabs()).includes('Rounds of node 3'));
    await expect.poll(() => window.editor.text()).toMatch(/Node 3, ledgers \d+ to \d+: \d+ rounds, round time 1000 ms[^]*Start the program, until it reads +\d[^]*From ledger to ledger/);
    await window.screenshot('rounds of a node');
  });

  it('shows ledgers as they close, those with inputs alone, and what is in one', async () => {
    for (const label of ['Round times', 'Votes']) await tree().row(label).shown();
    await expect.poll(() => tree().row('Round times').text()).toMatch(/^Round times [\d.]+ m?s [▁▂▃▄▅▆▇█]{2,20}$/);
    await expect.poll(() => tree().row('Votes').text()).toMatch(/^Votes 3, 3 needed · stage [123] of 3$/);
    await window.palette('HotPocket: Focus on Ledgers View');
    const ledgers = window.tree('Ledgers');
    const newest = async () => Number((await ledgers.rows())[0]?.match(/^#(\d+) .* · [0-9a-f]{8}$/)?.[1]);
    const before = await expect.poll(newest).toBeGreaterThan(1).then(newest);
    await expect.poll(newest).toBeGreaterThan(before);
    const client = await hotpocketClient.createClient([`wss://localhost:${USER_PORT}`], await hotpocketClient.generateKeys(), { protocol: 'json' });
    expect(await client.connect()).toBe(true);
    const input = await client.submitContractInput(JSON.stringify({ type: 'set', data: 'für alle' }));
    const { ledgerSeqNo, status: outcome } = await input.submissionStatus;
    expect(outcome).toBe('accepted');
    await window.inThemes('ledgers');
    await window.palette('HotPocket: Filter Ledgers…');
    await window.quickInput.pick('With inputs');
    await expect.poll(() => ledgers.rows()).toEqual([expect.stringMatching(new RegExp(`^#${ledgerSeqNo} .* · 1 input · .*1 user`))]);
    await ledgers.row(`#${ledgerSeqNo}`).click(async () => (await window.editor.tabs()).includes(`Ledger ${ledgerSeqNo}.json`));
    await expect.poll(() => window.editor.text()).toContain('für alle');
    await window.inThemes('a ledger');
    await window.palette('HotPocket: Filter Ledgers…');
    await window.quickInput.pick('All ledgers');
    await expect.poll(() => ledgers.rows().then(({ length }) => length)).toBeGreaterThan(5);
    await client.close();
    // It takes the room of the other view, which is shown alone from now on.
    await window.page.getByRole('button', { name: 'Ledgers Section' }).click();
  });

  it('offers behind the status bar what is possible now', async () => {
    await window.statusItem(STATUS).click();
    const offered = (await window.quickInput.choices()).map((label) => label.trim());
    expect(offered).toEqual(expect.arrayContaining(['Stop Node', 'Stop All Nodes', 'Deploy Contract…', 'Clean Cluster…']));
    expect(offered.filter((label) => label.startsWith('Start'))).toEqual([]);
    await window.screenshot('actions');
    await window.quickInput.cancel();
  });

  it('switches when rounds start, and shows it', async () => {
    await window.palette('HotPocket: Switch Rounds…');
    await expect.poll(() => window.quickInput.choices()).toEqual(expect.arrayContaining(['Grid', 'Eager']));
    await window.screenshot('rounds to choose');
    await window.quickInput.pick('Eager');
    await expect.poll(() => tree().row('default (embedded)').text()).toMatch(/ · 1 s · eager rounds$/);
  });

  it('keeps running what runs when hp.cfg.override is broken, and says where', async () => {
    const before = readFileSync(override, 'utf8');
    writeFileSync(override, '{ "contract": ');
    await window.palette('HotPocket: Deploy Contract…');
    const error = window.notification('hp.cfg.override is not valid');
    await error.shown();
    await window.screenshot('broken override');
    expect(await error.text()).not.toMatch(/\bat .*:\d+:\d+/);
    await error.click('Open hp.cfg.override');
    await expect.poll(() => window.editor.tabs()).toContain('hp.cfg.override');
    writeFileSync(override, before);
    await working(3);
  });

  it('stops a deployment whose build fails', async () => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'contract', scripts: { build: 'node -e "console.log(\'no luck\'); process.exit(3)"' } }));
    await window.palette('HotPocket: Deploy Contract…');
    const error = window.notification('failed (exit code 3)');
    await error.shown();
    await error.click('Show Terminal');
    await expect.poll(() => window.terminal.text()).toContain('no luck');
    await window.screenshot('failed build');
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'contract' }));
  });

  it('changes its size by being made anew, once that was confirmed', async () => {
    await window.palette('HotPocket: Set Cluster Size…');
    await window.quickInput.answer('65');
    await expect.poll(() => window.quickInput.text()).toContain('Enter a whole number from 1 to 64.');
    await window.quickInput.answer('2');
    const question = window.dialog('Replace the cluster “default” by one of size 2?');
    await question.shown();
    expect(await question.buttons()).toEqual(expect.arrayContaining(['Clean and Redeploy', 'Clean Only', 'Cancel']));
    await window.screenshot('another size');
    await question.click('Clean and Redeploy');
    await working(2);
    await expect.poll(() => rows().then(({ length }) => length)).toBe(4);
  });

  it('knows a press on the cluster that lasts until ledgers are shown anew', async () => {
    const ledger = () => tree().row('Ledger').text();
    await tree().row('default (embedded)').press('Stop All Nodes', async () => {
      const before = await ledger();
      await expect.poll(ledger).not.toBe(before);
    });
    await expect.poll(() => status()).toBe('HP stopped');
  });

  it('is cleaned once that was confirmed', async () => {
    const question = window.dialog('Clean the cluster “default”?');
    await tree().row('default (embedded)').menu('Clean Cluster…', () => question.isShown());
    expect(await question.text()).toContain(`2 nodes will be stopped and deleted with keys, ledgers, state, and logs: everything in ${workbench.env['HOTPOCKET_HOME']}`);
    await window.screenshot('clean');
    await question.click('Cancel');
    expect(await status()).toBe('HP stopped');
    await tree().row('default (embedded)').menu('Clean Cluster…', () => question.isShown());
    await question.click('Clean Cluster');
    await expect.poll(() => window.page.locator('.welcome-view-content').innerText()).toContain('No HotPocket cluster');
    await expect.poll(() => window.page.locator(`.part.statusbar [id="${STATUS}"]`).count()).toBe(0);
    await window.screenshot('cleaned');
  });
});
