import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scratch } from '../harness/scratch';
import { keepPicturesOfFailures } from './support/failures';
import { linesOf } from './support/text';
import { Workbench } from './support/workbench';
import type { WorkbenchWindow } from './support/window';

// Logs in the output view, and the commands of terminals, on a real embedded cluster.
const FLOOD = 200_000;
const LEDGER = /\d{8} [\d:.]{12} \[inf\]\[hpc\] \*{4}Ledger created\*{4} \(lcl:\d+-[0-9a-f]{8} state:[0-9a-f]{8} patch:[0-9a-f]{8}\)/;

/** On node 1 it floods or fails once when a file tells it to, which changes no state. */
const CONTRACT = `import { existsSync, renameSync, writeSync } from 'node:fs';

const ordered = (what: string): boolean => process.cwd().includes('/node1/') && existsSync(ORDERS + what) && (renameSync(ORDERS + what, ORDERS + what + '.done'), true);

function transfer(amount: number): void {
  if (amount < 0) throw new Error('an amount must not be negative');
}

console.log('transfers: none');
// So that no second passes in which the log is quiet.
setTimeout(() => console.log('transfers: done'), 500);
if (ordered('flood')) {
  for (let from = 1; from <= ${FLOOD}; from += 1000) {
    writeSync(1, Array.from({ length: 1000 }, (_, i) => 'a line of usual length of a contract that talks too much, number ' + (from + i) + '.\\n').join(''));
  }
}
if (ordered('fail')) transfer(-5);
`;

const scratch = new Scratch();
const folder = join(scratch.folder, 'Mein Vertrag ü');
const orders = join(scratch.folder, 'orders');
const console1 = () => join(workbench.env['HOTPOCKET_HOME'] ?? '', 'clusters/default/node1/log/console.log');
let workbench: Workbench;
let window: WorkbenchWindow;

beforeAll(async () => {
  for (const path of [join(folder, 'src'), join(folder, 'dist'), orders]) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'contract', scripts: { start: 'hpdevkit status' } }));
  writeFileSync(join(folder, 'src', 'contract.ts'), CONTRACT);
  writeFileSync(join(folder, 'dist', 'hp.cfg.override'), JSON.stringify({ contract: { bin_path: '/usr/bin/node', bin_args: 'index.js' } }));
  await build({ entryPoints: [join(folder, 'src', 'contract.ts')], outfile: join(folder, 'dist', 'index.js'), bundle: true, platform: 'node', sourcemap: true, define: { ORDERS: JSON.stringify(`${orders}/`) } });
  workbench = await Workbench.open({ suite: 'logs', settings: { 'hotpocket.roundTime': 1000 }, env: { HP_USER_PORT_BEGIN: '27181', HP_PEER_PORT_BEGIN: '27861' } });
  window = await workbench.openWindow(folder);
  await window.showContainer('HotPocket');
  await window.page.locator('.welcome-view-content', { hasText: 'No HotPocket cluster' }).waitFor();
});
afterAll(async () => {
  await workbench?.close();
  await scratch.dispose();
});
keepPicturesOfFailures(() => workbench);

const text = () => window.output.text();
/** A channel goes on scrolling from its end, not from where its reader went. */
async function goTo(key: 'Control+Home' | 'Control+End'): Promise<void> {
  await window.palette('Output: Focus on Output View');
  await window.page.keyboard.press(key);
}
const ourChannels = async () => (await window.output.channels()).filter((name) => name.startsWith('HotPocket')).sort();

describe('logs in VS Code', () => {
  it('are shown after a deployment, in colours', async () => {
    await window.palette('HotPocket: Deploy Contract…');
    await expect.poll(text).toMatch(LEDGER);
    await expect.poll(text).toContain('transfers: none');
    const line = window.page.locator('.part.panel .view-line', { hasText: 'Ledger created' }).first();
    // A line is drawn before it is coloured.
    await expect.poll(() => line.locator('span span').evaluateAll((spans: { className: string }[]) => new Set(spans.map(({ className }) => className)).size)).toBeGreaterThan(4);
    await window.screenshot('log of node 1');
  });

  it('have a channel a node, and one for all', async () => {
    await window.palette('HotPocket: Show Log');
    await window.quickInput.pick('Node 2');
    await expect.poll(text).toMatch(LEDGER);
    for (const port of [27862, 27182]) await window.output.holds(`connections on ${port}`);
    await window.screenshot('log of node 2');
    await window.palette('HotPocket: Show All Logs Together');
    await goTo('Control+End');
    await expect.poll(text).toMatch(/^node 3 \| \d{8} [^\n]*Ledger created/m);
    await window.screenshot('logs of all nodes');
    expect(await ourChannels()).toEqual(['HotPocket', 'HotPocket: all nodes', 'HotPocket: node 1', 'HotPocket: node 2']);
  });

  it('lead from a stack trace to the source', async () => {
    await window.palette('HotPocket: Show Log');
    await window.quickInput.pick('Node 1');
    await expect.poll(text).toMatch(LEDGER);
    await goTo('Control+End');
    writeFileSync(join(orders, 'fail'), '');
    // The last line of the trace, in sight for some rounds.
    await expect.poll(text).toMatch(/^Node\.js v/m);
    await window.screenshot('stack trace');
    const link = window.page.locator('.part.panel .view-line', { hasText: 'at transfer (' }).locator('.detected-link').first();
    await window.output.only(['an amount must not be negative', 'at transfer ('], async () => {
      await expect.poll(text).toMatch(/^Error: an amount must not be negative$/m);
      await link.waitFor();
      await window.screenshot('stack trace alone');
      // Again, as people do: while VS Code looks for links anew, the old ones lead nowhere.
      await expect.poll(async () => {
        await link.click({ modifiers: ['Control'] });
        return window.editor.tabs();
      }, { interval: 2_000 }).toContain('contract.ts');
      await expect.poll(() => window.page.locator('.part.statusbar').innerText()).toMatch(/Ln 6, Col 25/);
      await window.screenshot('source');
    });
  });

  it('are there again when the window is opened anew', async () => {
    await window.reload();
    await window.output.all();
    await expect.poll(text, { timeout: 60_000 }).toMatch(/\[inf\]\[hpc\]/);
    await expect.poll(ourChannels).toEqual(['HotPocket', 'HotPocket: all nodes', 'HotPocket: node 1', 'HotPocket: node 2']);
    await window.screenshot('opened anew');
  });

  it('do not freeze the window when a contract prints 200,000 lines', async () => {
    await window.palette('HotPocket: Show Log');
    await window.quickInput.pick('Node 1');
    await expect.poll(text).toMatch(/\[inf\]\[hpc\]/);
    await goTo('Control+End');
    const size = statSync(console1()).size;
    writeFileSync(join(orders, 'flood'), '');
    await expect.poll(() => statSync(console1()).size, { interval: 20 }).toBeGreaterThan(size + 1_000_000);
    // What a reader of the log would do meanwhile.
    const begin = performance.now();
    await window.palette('View: Toggle Primary Side Bar Visibility');
    await window.palette('View: Toggle Primary Side Bar Visibility');
    console.log(`two commands from the palette during a flood: ${(performance.now() - begin).toFixed(0)} ms`);
    await expect.poll(() => readFileSync(console1(), 'utf8').includes(`number ${FLOOD}.\n`)).toBe(true);
    await window.palette('HotPocket: Show Log');
    await window.quickInput.pick('Node 1');
    await goTo('Control+End');
    await window.output.holds(`number ${FLOOD}.`);
    await window.screenshot('after the flood');
    // Lines that come just then take the reader back to the end, and one goes up again.
    await expect.poll(async () => {
      await goTo('Control+Home');
      return text();
    }).toMatch(/^⋯ At least 1\d\d,\d{3} earlier lines are not shown here\. The whole log: /);
    await window.screenshot('beginning after the flood');
  });

  it('tell of the extension itself', async () => {
    await window.palette('HotPocket: Show Extension Log');
    await window.output.holds("Cluster 'default' (embedded");
    await window.screenshot('log of the extension');
  });
});

describe('terminals in VS Code', () => {
  it('have an hpdevkit, which says what it is', async () => {
    await window.palette('Terminal: Create New Terminal');
    await window.terminal.run('hpdevkit version');
    await expect.poll(() => window.terminal.text()).toContain("Here hpdevkit is the command of HotPocket Studio's embedded cluster");
    await window.terminal.run('npm start --silent');
    // A terminal wraps lines at its width.
    await expect.poll(async () => (await window.terminal.text()).replaceAll('\n', '')).toMatch(/3 +running .* 27183/);
    await window.screenshot('terminal');
  });

  it('lose it with the setting', async () => {
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(join(folder, '.vscode', 'settings.json'), '{ "hotpocket.terminal.hpdevkit": false }');
    // VS Code marks terminals whose variables are no longer those that extensions ask for.
    await window.page.locator('.part.panel .terminal-tab, .part.panel .single-terminal-tab').locator('.codicon-warning').first().waitFor();
    await window.screenshot('terminal of before');
    await window.palette('Terminal: Create New Terminal');
    await expect.poll(() => linesOf(window.page.locator('.terminal-wrapper.active .xterm-rows > div'))).toMatch(/[$#]/);
    await window.terminal.run('hpdevkit version || echo is-not-there');
    await expect.poll(() => window.terminal.text()).toMatch(/^is-not-there/m);
  });
});
