import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesOf } from '../harness/processes';
import { Scratch } from '../harness/scratch';
import { keepPicturesOfFailures } from '../ui/support/failures';
import type { WorkbenchWindow } from '../ui/support/window';
import { Workbench } from '../ui/support/workbench';
import { packSample } from './sample';

const STATUS = 'hotpocket-tests.harness-sample.state';
const scratch = new Scratch();
const folder = join(scratch.folder, 'my contract ü');
let workbench: Workbench;
let window: WorkbenchWindow;

beforeAll(async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'contract.js'), '// first line\n\nconst answer = 42;\n');
  const vsix = await packSample(scratch.folder);
  // Its own processes carry the mark of this scratch too.
  Object.assign(process.env, scratch.env);
  workbench = await Workbench.open({ suite: 'selftest', vsix, settings: { 'editor.lineNumbers': 'relative' }, env: { SAMPLE_VARIABLE: 'given' } });
  window = await workbench.openWindow(folder);
});

afterAll(() => scratch.dispose());

keepPicturesOfFailures(() => workbench);

describe('a window', () => {
  it('shows a status item', async () => {
    await expect.poll(() => window.statusItem(STATUS).text()).toBe('idle');
    expect(await window.statusItem(STATUS).label()).toContain('idle');
    await window.screenshot('first window');
  });

  it('runs a palette command that asks in a toast with buttons', async () => {
    await window.palette('Sample: Greet');
    const hello = window.notification('Hello from the sample');
    await hello.shown();
    expect(await hello.text()).toBe('Hello from the sample.');
    expect(await hello.buttons()).toEqual(['Answer', 'Ignore']);
    await window.screenshot('toast');
    await hello.click('Answer');
    await hello.hidden();
    await expect.poll(() => window.statusItem(STATUS).text()).toBe('answered Answer');
  });

  it('dismisses a toast', async () => {
    await window.palette('Sample: Greet');
    await window.notification(/^Hello/).dismiss();
    await expect.poll(() => window.statusItem(STATUS).text()).toBe('answered undefined');
  });

  it('asks by choice and by question', async () => {
    await window.statusItem(STATUS).click();
    expect(await window.quickInput.choices()).toEqual(['red', 'green', 'blue']);
    expect(await window.quickInput.text()).toContain('A colour');
    await window.screenshot('quick pick');
    await window.quickInput.pick('green');
    await expect.poll(() => window.quickInput.text()).toContain('How much green?');
    expect(await window.quickInput.value()).toBe('1');
    await window.screenshot('input box');
    await window.quickInput.answer('7');
    await expect.poll(() => window.statusItem(STATUS).text()).toBe('green 7');
    await window.statusItem(STATUS).click();
    await window.quickInput.cancel();
    await expect.poll(() => window.statusItem(STATUS).text()).toBe('undefined undefined');
  });

  it('ticks a multiple choice and answers a modal question', async () => {
    await window.palette('Sample: Choose Several');
    await window.quickInput.tick('dog', 'cat');
    const question = window.dialog('Really dog,cat?');
    await question.shown();
    expect(await question.text()).toContain('It cannot be undone.');
    expect(await question.buttons()).toContain('Do It');
    await window.screenshot('dialog');
    await question.click('Do It');
    await expect.poll(() => window.statusItem(STATUS).text()).toBe('chose Do It');
  });

  it('shows a tree with inline actions and context menus', async () => {
    await window.showContainer('Sample');
    const tree = window.tree('Animals');
    await tree.row('kennel').expand();
    await tree.row('dog').inline('Feed', async () => (await tree.row('dog').text()) === 'dog fed');
    expect(await tree.rows()).toEqual(['kennel', 'Ärpel', 'dog fed', 'cat']);
    await window.screenshot('tree');
    expect(await tree.row('cat').menuTitles()).toEqual(['Rename']);
    await tree.row('cat').menu('Rename', () => window.quickInput.isOpen());
    await window.quickInput.answer('tiger');
    await tree.row('tiger').shown();
    await tree.row('cat').hidden();
    await tree.row('tiger').click(() => window.page.locator('.monaco-list-row.selected', { hasText: 'tiger' }).isVisible());
  });

  it('shows output and log channels', async () => {
    expect(await window.output.channels()).toEqual(expect.arrayContaining(['Sample Output', 'Sample Log']));
    await window.output.show('Sample Output');
    await expect.poll(() => window.output.text()).toContain('answered: Answer');
    expect(await window.output.text()).toContain(`home: ${workbench.env['HOTPOCKET_HOME']}`);
    await window.screenshot('output');
    await window.output.show('Sample Log');
    await expect.poll(() => window.output.text()).toMatch(/\[info\] activated/);
  });

  it('opens, edits and saves a file', async () => {
    await window.editor.open('contract.js');
    await expect.poll(() => window.editor.text()).toBe('// first line\n\nconst answer = 42;');
    expect(await window.editor.title()).toBe('contract.js');
    expect(await window.editor.tabs()).toEqual(['contract.js']);
    await window.editor.replaceAll('const answer = 43;\n');
    await window.editor.save();
    expect(readFileSync(join(folder, 'contract.js'), 'utf8')).toBe('const answer = 43;\n');
    await window.screenshot('editor');
  });

  it('runs commands in a terminal', async () => {
    await window.palette('Sample: Open Terminal');
    await expect.poll(() => window.terminal.text()).toContain('six times seven is 42');
    await window.terminal.run('echo "the variable is $SAMPLE_VARIABLE"');
    await expect.poll(() => window.terminal.text()).toMatch(/^the variable is given$/m);
    await window.screenshot('terminal');
  });

  it('has an extension host of its own, also after it was loaded anew', async () => {
    await window.palette('Sample: Pick a Colour');
    await window.quickInput.cancel();
    await expect.poll(() => window.statusItem(STATUS).text()).toBe('undefined undefined');
    const second = await workbench.openWindow();
    await expect.poll(() => second.statusItem(STATUS).text()).toBe('idle');
    expect(await window.statusItem(STATUS).text()).toBe('undefined undefined');
    await second.screenshot('second window');
    await window.reload();
    await expect.poll(() => window.statusItem(STATUS).text()).toBe('idle');
    await second.close();
  });

  it('leaves nothing behind, not even what was made to outlive it', async () => {
    await window.palette('Sample: Leave a Process');
    await expect.poll(() => window.statusItem(STATUS).text()).toMatch(/^left \d+$/);
    const pid = Number((await window.statusItem(STATUS).text()).slice(5));
    expect(processesOf(scratch.id)).toContain(pid);
    await workbench.close();
    expect(processesOf(scratch.id)).toEqual([]);
    expect(readdirSync(scratch.folder).filter((name) => name.startsWith('hp-'))).toEqual([]);
    expect(existsSync(`/proc/${pid}/root`)).toBe(false);
  });
});
