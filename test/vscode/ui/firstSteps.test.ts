import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../harness/paths';
import { Scratch } from '../harness/scratch';
import { DebugToolbar } from './support/debugView';
import { keepPicturesOfFailures } from './support/failures';
import { STATUS } from './support/statusItem';
import { Walkthrough } from './support/walkthrough';
import type { WorkbenchWindow } from './support/window';
import { Workbench } from './support/workbench';

// From an empty window to a breakpoint, as the walkthrough leads. Instead of `npm install`, the libraries are in the folder above the project.
const scratch = new Scratch();
const parent = join(scratch.folder, 'Verträge');
const NAME = 'first_contract';
const source = join(parent, NAME, 'src', 'contract.js');
let workbench: Workbench;
let window: WorkbenchWindow;
let walkthrough: Walkthrough;
const began = Date.now();

beforeAll(async () => {
  mkdirSync(parent);
  symlinkSync(join(projectFolder, 'node_modules'), join(parent, 'node_modules'));
  Object.assign(process.env, scratch.env);
  workbench = await Workbench.open({ suite: 'first steps', settings: { 'hotpocket.roundTime': 500, 'editor.minimap.enabled': false }, env: { HP_USER_PORT_BEGIN: '27181', HP_PEER_PORT_BEGIN: '27861' } });
  window = await workbench.openWindow();
  walkthrough = new Walkthrough(window.page);
});
afterAll(async () => {
  await workbench?.close();
  await scratch.dispose();
});
keepPicturesOfFailures(() => workbench);

const status = () => window.statusItem(STATUS).text();
const working = () => expect.poll(status, { timeout: 30_000 }).toMatch(/^HP 3\/3 · #\d+$/);
const welcome = () => window.page.locator('.welcome-view-content');

describe('the first steps', () => {
  it('begin in an empty window', async () => {
    await window.showContainer('HotPocket');
    await expect.poll(() => welcome().getByRole('button').allInnerTexts()).toEqual(['New Project…', 'Open Folder', 'Get Started']);
    await window.inThemes('empty window');
    await welcome().getByRole('button', { name: 'Get Started' }).click();
    await expect.poll(() => walkthrough.steps()).toEqual(['Make a contract', 'Start a cluster', 'Deploy a change', 'Send an input', 'Stop at a breakpoint'].map((title) => ({ title, done: false })));
    await window.inThemes('walkthrough');
  });

  it('make a project', async () => {
    await walkthrough.press('New Project…');
    await window.quickInput.pick('starter-contract');
    await window.quickInput.answer(`${parent}/`);
    await expect.poll(() => window.quickInput.text()).toContain('Name of the project and of its folder');
    await window.screenshot('name');
    await window.quickInput.answer(NAME);
    await window.page.waitForURL((url) => decodeURIComponent(url.search).includes(NAME));
    await window.drawn();
    await window.showContainer('HotPocket');
    await expect.poll(() => welcome().getByRole('button').allInnerTexts(), { timeout: 30_000 }).toEqual(['Deploy Contract', 'Get Started']);
    await window.inThemes('project');
  });

  it('start a cluster, and deploy', async () => {
    await welcome().getByRole('button', { name: 'Deploy Contract' }).click();
    await working();
    await window.inThemes('cluster');
    writeFileSync(source, readFileSync(source, 'utf8').replace('console.log(`Ledger', 'console.log(`Changed, ledger'));
    await window.palette('HotPocket: Deploy Contract…');
    await expect.poll(() => window.output.text(), { timeout: 30_000 }).toContain('Changed, ledger');
    await working();
  });

  it('send an input', async () => {
    await window.palette('HotPocket: Open Client');
    await window.quickInput.pick('Node 1');
    await expect.poll(() => window.terminal.text()).toContain('Connected to');
    await window.terminal.run('{"type":"set","data":"hello"}');
    await expect.poll(() => window.terminal.text(), { timeout: 20_000 }).toMatch(/\[1\] accepted in ledger[^]*"success"/);
    await window.inThemes('input');
  });

  it('stop at a breakpoint', async () => {
    const line = readFileSync(source, 'utf8').split('\n').findIndex((text) => text.includes('ctx.users.list()')) + 1;
    await window.quickInput.openFile('contract.js');
    await window.editor.goToLine(line);
    await window.page.keyboard.press('F9');
    await window.page.locator('[class*="codicon-debug-breakpoint"]').first().waitFor();
    await window.page.keyboard.press('F5');
    const debug = new DebugToolbar(window.page);
    await debug.stopped();
    await expect.poll(status).toMatch(/^HP paused/);
    await window.inThemes('breakpoint');
    await window.page.keyboard.press('Shift+F5');
    await debug.gone();
  });

  it('are all done', async () => {
    await window.palette('Welcome: Open Walkthrough...');
    await window.quickInput.pick('Get Started with HotPocket');
    await expect.poll(() => walkthrough.steps().then((steps) => steps.map(({ done }) => done))).toEqual([true, true, true, true, true]);
    await window.inThemes('all done');
    console.log(`From an empty window to a breakpoint: ${Math.round((Date.now() - began) / 1000)} s, the start of VS Code included.`);
  });
});
