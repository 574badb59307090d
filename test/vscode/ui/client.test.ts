import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../harness/paths';
import { Scratch } from '../harness/scratch';
import { keepPicturesOfFailures } from './support/failures';
import { STATUS } from './support/statusItem';
import { Workbench } from './support/workbench';
import type { WorkbenchWindow } from './support/window';

// The client's console as an author uses it: keys pressed in a terminal of VS Code, on a cluster with the sample contract.
const scratch = new Scratch();
const folder = join(scratch.folder, 'Mein Vertrag ü');
let workbench: Workbench;
let window: WorkbenchWindow;

beforeAll(async () => {
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify({ 'hotpocket.userPortBegin': 26_481, 'hotpocket.peerPortBegin': 26_561, 'hotpocket.roundTime': 1000, 'hotpocket.defaultNode': 2 }));
  cpSync(join(projectFolder, 'samples/starter/dist'), join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'contract' }));
  Object.assign(process.env, scratch.env);
  // So small that no line is wrapped, however wide the letters are that the browser finds.
  workbench = await Workbench.open({ suite: 'client', settings: { 'terminal.integrated.fontSize': 9 } });
  window = await workbench.openWindow(folder);
  await window.showContainer('HotPocket');
  await window.page.locator('.welcome-view-content').waitFor();
  await window.palette('HotPocket: Deploy Contract…');
});
afterAll(async () => {
  await workbench?.close();
  await scratch.dispose();
});
keepPicturesOfFailures(() => workbench);

const text = () => window.terminal.text();
const shows = (part: string | RegExp) => expect.poll(text).toEqual(typeof part === 'string' ? expect.stringContaining(part) : expect.stringMatching(part));
const prompt = async (): Promise<string | undefined> => (await text()).split('\n').at(-1);
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await window.page.keyboard.press(key);
};
const working = () => expect.poll(() => window.statusItem(STATUS).text(), { timeout: 60_000 }).toMatch(/^HP 3\/3 · #\d+$/);
const row = (label: string) => window.tree('Cluster').row(label);
const shownAs = async (text: RegExp): Promise<boolean> => text.test(await row('Node 1').text());

describe('the client of a node', () => {
  it('is opened from the palette, with the preferred node first', async () => {
    await working();
    await window.palette('HotPocket: Open Client');
    await expect.poll(async () => (await window.quickInput.choices()).filter((label) => label.startsWith('Node'))).toEqual(['Node 2', 'Node 1', 'Node 3']);
    await window.screenshot('which node');
    await window.quickInput.pick('Node 1');
    await shows('HotPocket client: node 1');
    await shows(/Connected to wss:\/\/localhost:26481 as user ed[0-9a-f]{8}… over JSON/);
    await row('Node 1').expand();
    await expect.poll(() => row('Users').text()).toBe('Users 1');
    await window.screenshot('connected');
  });

  it('sends inputs and shows what becomes of them', async () => {
    await window.terminal.run('{"type":"set","data":"x"}');
    await shows(/^\[1\] \{"type":"set","data":"x"\}$/m);
    await shows(/^\[1\] accepted in ledger \d+-[0-9a-f]{8}$/m);
    await shows(/^output ledger \d+, signed by 3 of 3 nodes \{ "type": "dataResult", "data": "success" \}$/m);
    await window.screenshot('input');
  });

  it('reads', async () => {
    await window.terminal.run('?{"type":"get"}');
    await shows(/^\[2\] answer \{ "type": "dataResult", "data": "x" \}$/m);
    await window.screenshot('read request');
  });

  it('edits lines, finds earlier ones, and is not torn by what comes', async () => {
    await press('ArrowUp', 'ArrowUp');
    await expect.poll(prompt).toBe('> {"type":"set","data":"x"}');
    await press('ArrowLeft', 'ArrowLeft', 'Backspace');
    await window.page.keyboard.type('日本 ü');
    await expect.poll(prompt).toBe('> {"type":"set","data":"日本 ü"}');
    await press('Enter');
    await window.page.keyboard.type('half a li');
    await shows(/^\[3\] accepted/m);
    await expect.poll(async () => (await text()).match(/^output ledger/gm)?.length).toBe(2);
    expect(await prompt()).toBe('> half a li');
    await window.screenshot('while typing');
    // VS Code keeps Ctrl+E and Ctrl+K for itself, in every terminal.
    await press('Home', 'End', 'Control+u');
    await expect.poll(prompt).toBe('>');
    await window.terminal.run('?{"type":"get"}');
    await shows(/^\[4\] answer \{ "type": "dataResult", "data": "日本 ü" \}$/m);
  });

  it('takes a paste of many lines as one input', async () => {
    const context = window.page.context();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await window.page.evaluate('navigator.clipboard.writeText(\'{\\n  "type": "set",\\n  "data": "pasted"\\n}\')');
    await window.page.locator('.terminal-wrapper.active .xterm').click();
    await press('Control+Shift+v');
    await expect.poll(prompt).toBe('> {⏎  "type": "set",⏎  "data": "pasted"⏎}');
    await window.screenshot('paste');
    await press('Enter');
    // Its output comes in the same ledger, or somewhat later.
    await shows(/^\[5\] accepted[^]*^output ledger/m);
  });

  it('tells what the node knows, and speaks BSON', async () => {
    await window.terminal.run('/status');
    await shows(/Vote status\s+synced/);
    await window.terminal.run('/ledger');
    await shows(/Previous hash\s+[0-9a-f]{64}/);
    await window.screenshot('status and ledger');
    await window.terminal.run('/clear');
    await expect.poll(text).toBe('>');
    await window.terminal.run('/protocol bson');
    await shows('over BSON');
    await window.terminal.run('{"type":"unheard of"}');
    await shows(/^output ledger \d+, signed by 3 of 3 nodes \{ "type": "error", "error": "Unknown request type: unheard of" \}$/m);
    await window.terminal.run('/help');
    await shows('become another user, with a fresh key');
    await window.screenshot('help');
    await window.terminal.run('/clear');
  });

  it('says when the node goes away, and when it is back', async () => {
    await row('Node 1').inline('Stop Node', () => shownAs(/^Node 1 stop/));
    await shows('Trying again every second.');
    await window.screenshot('node gone');
    await row('Node 1').inline('Start Node', async () => !(await shownAs(/^Node 1 stop/)));
    await shows(/Trying again every second\.[^]*Connected to wss/);
    await working();
    await window.screenshot('node back');
    await window.terminal.run('?{"type":"get"}');
    await shows(/answer \{ "type": "dataResult", "data": "pasted" \}$/m);
  });

  it('keeps its lines, and leaves the node when it is closed', async () => {
    await window.page.locator('.terminal-wrapper.active .xterm').click();
    await press('Control+d');
    await expect.poll(() => row('Users').text()).toBe('Users 0');
    await row('Node 1').menu('Open Client', async () => (await text()).includes('Connected to'));
    await window.page.locator('.terminal-wrapper.active .xterm').click();
    await press('ArrowUp');
    await expect.poll(prompt).toBe('> ?{"type":"get"}');
    await window.screenshot('history of an earlier client');
  });
});
