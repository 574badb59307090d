import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../harness/paths';
import { processesOf } from '../harness/processes';
import { Scratch } from '../harness/scratch';
import { keepPicturesOfFailures } from './support/failures';
import { STATUS } from './support/statusItem';
import { Workbench } from './support/workbench';
import type { WorkbenchWindow } from './support/window';

// Commands at bad moments and in odd places end with a message that says why and a button that helps, never with a stack trace.
// Others: test/vscode/suite/commands.test.ts.
const scratch = new Scratch();
const workspace = scratch.path('beide.code-workspace');
const bundle = (name: string) => scratch.path(name, 'dist');
let workbench: Workbench;
let window: WorkbenchWindow;

beforeAll(async () => {
  for (const name of ['eins', 'zwei ü']) {
    cpSync(join(projectFolder, 'samples/starter/dist'), bundle(name), { recursive: true });
    writeFileSync(scratch.path(name, 'package.json'), JSON.stringify({ name: 'contract' }));
  }
  writeFileSync(workspace, JSON.stringify({ folders: [{ path: 'eins' }, { path: 'zwei ü' }] }));
  const keys = [{ key: 'ctrl+alt+f1', command: 'hotpocket.deploy' }];
  workbench = await Workbench.open({
    suite: 'robustness',
    settings: { 'hotpocket.userPortBegin': 24_181, 'hotpocket.peerPortBegin': 24_861, 'hotpocket.roundTime': 1000, 'hotpocket.defaultNode': 0, 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.emptyWindow': true },
    keybindings: keys,
  });
});
afterAll(async () => {
  await workbench?.close();
  await scratch.dispose();
});
keepPicturesOfFailures(() => workbench);

const status = () => window.statusItem(STATUS).text();
const working = (needed: number) => expect.poll(status).toMatch(new RegExp(`^HP ${needed}/${needed} · #\\d+$`));
/** The same cluster from a terminal. */
const hotpocket = (args: string[], env: Record<string, string> = {}): string =>
  execFileSync(process.execPath, [join(projectFolder, 'dist/cli.js'), ...args], { encoding: 'utf8', env: { ...process.env, ...workbench.env, HP_DEFAULT_NODE: '0', HP_USER_PORT_BEGIN: '24181', HP_PEER_PORT_BEGIN: '24861', ...env } });
/** How quick this machine is is not what is looked at. */
const messages = async (): Promise<string[]> => (await window.page.locator('.notification-toast').allInnerTexts()).filter((text) => !text.includes('rounds are left out'));
const STACK = /\bat .*:\d+:\d+/;

const commandLine = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // It ended meanwhile.
  }
};
function supervisor(): number {
  const found = processesOf(workbench.id).filter((pid) => commandLine(pid).includes('/supervisor.js'));
  expect(found).toHaveLength(1);
  return found[0] ?? 0;
}
const pids = (status: string): number[] => (JSON.parse(status) as { nodes: { state: { pid: number } }[] }).nodes.map(({ state }) => state.pid);

/** An error is shown with exactly these buttons, and without a stack trace. It is closed again. */
async function told(text: string | RegExp, buttons: string[]): Promise<void> {
  const message = window.notification(text);
  await message.shown();
  await window.screenshot(String(text));
  expect(await message.text()).not.toMatch(STACK);
  expect(await message.buttons()).toEqual(buttons);
  await message.dismiss();
}

describe('a folder that is not trusted', () => {
  it('is offered nothing that runs its contract, nor deployed by a key, and the way to trust it is a button', async () => {
    window = await workbench.openWindow(scratch.path('eins'));
    await window.showContainer('HotPocket');
    const welcome = window.page.locator('.welcome-view-content');
    await expect.poll(() => welcome.innerText()).toContain('this folder must be trusted first');
    expect(await welcome.getByRole('button').allInnerTexts()).toEqual(['Manage Workspace Trust']);
    await window.page.keyboard.press('F1');
    await window.page.locator('.quick-input-widget input[type=text]').fill('>HotPocket: Deploy');
    await expect.poll(() => window.quickInput.choices()).not.toContain('HotPocket: Deploy Contract…');
    await window.quickInput.cancel();
    await window.page.keyboard.press('Control+Alt+F1');
    await told('This folder is not trusted.', ['Manage Workspace Trust', 'Show Details']);
    await window.page.keyboard.press('Control+Alt+F1');
    await window.notification('This folder is not trusted.').click('Manage Workspace Trust');
    await expect.poll(() => window.editor.tabs()).toContain('workspaceTrustEditor');
    await window.screenshot('to trust it');
    // What follows is about trusted ones.
    await window.page.getByRole('button', { name: /^Trust$/ }).click();
    await window.close();
  });
});

describe('a window without a folder', () => {
  it('asks which folder to deploy, and does nothing if there is no answer', async () => {
    window = await workbench.openWindow();
    await window.showContainer('HotPocket');
    await window.page.locator('.welcome-view-content', { hasText: 'No HotPocket cluster' }).waitFor();
    await window.palette('HotPocket: Deploy Contract…');
    await expect.poll(() => window.quickInput.text()).toContain('Contract Folder');
    await window.screenshot('which folder');
    await window.quickInput.cancel();
    await window.palette('HotPocket: Set Cluster Size…');
    await window.quickInput.cancel();
    expect(await messages()).toEqual([]);
    await window.close();
  });
});

describe.sequential('a workspace of two folders', () => {
  it('offers the contracts of both', async () => {
    window = await workbench.openWindow(workspace);
    await folders();
    await window.showContainer('HotPocket');
    await window.page.locator('.welcome-view-content').waitFor();
    await trusted();
    await window.palette('HotPocket: Deploy Contract…');
    await expect.poll(() => window.quickInput.choices()).toEqual(['eins/dist', 'zwei ü/dist', 'Browse…']);
    await window.screenshot('which contract');
    await window.quickInput.pick('zwei ü/dist');
    await working(3);
    const { contractPath } = JSON.parse(hotpocket(['status', '--json'])) as { contractPath: string };
    expect(contractPath).toBe(bundle('zwei ü'));
  });

  it('does a command that came before the extension was ready', async () => {
    // Held, it keeps the extension waiting for its answer.
    process.kill(supervisor(), 'SIGSTOP');
    try {
      await window.reload();
      await window.palette('HotPocket: Show Actions');
      expect(await window.page.locator(`.part.statusbar [id="${STATUS}"]`).count()).toBe(0);
      expect(await window.quickInput.isOpen()).toBe(false);
    } finally {
      process.kill(supervisor(), 'SIGCONT');
    }
    await expect.poll(async () => (await window.quickInput.choices()).map((label) => label.trim())).toContain('Stop Node');
    await window.screenshot('actions after all');
    await window.quickInput.cancel();
    await window.showContainer('HotPocket');
    await working(3);
    expect(await messages()).toEqual([]);
  });

  it('cancels a deployment, and the cluster is as it was', async () => {
    const before = hotpocket(['status', '--json']);
    // Held, the supervisor keeps the deployment waiting for as long as it takes to press the button.
    process.kill(supervisor(), 'SIGSTOP');
    try {
      await window.palette('HotPocket: Deploy Contract…');
      await window.quickInput.pick('eins/dist');
      const progress = window.notification('Deploying the contract');
      await progress.shown();
      await window.screenshot('deploying');
      await progress.click('Cancel');
      await progress.hidden();
      // It is hidden at once. What the extension does later, it does after it has passed the wish on.
      await window.palette('HotPocket: Open Settings');
      await window.page.locator('.settings-editor').waitFor();
    } finally {
      process.kill(supervisor(), 'SIGCONT');
    }
    await working(3);
    expect(pids(hotpocket(['status', '--json']))).toEqual(pids(before));
    expect(await messages()).toEqual([]);
  });

  it('cancels a build, and deploys nothing', async () => {
    const before = hotpocket(['status', '--json']);
    writeFileSync(scratch.path('eins', 'package.json'), JSON.stringify({ name: 'contract', scripts: { build: 'node -e "setTimeout(() => {}, 100000)"' } }));
    await window.palette('HotPocket: Deploy Contract…');
    await window.quickInput.pick('eins/dist');
    const progress = window.notification('Building eins');
    await progress.shown();
    await expect.poll(() => processesOf(workbench.id).filter((pid) => commandLine(pid).includes('setTimeout(() => {}, 100000)')).length).toBeGreaterThan(0);
    await window.screenshot('building');
    // What a long build says is one press away.
    await window.page.locator('.notification-toast').getByText('show terminal').click();
    await expect.poll(() => window.terminal.text()).toContain('npm run build');
    await progress.click('Cancel');
    await progress.hidden();
    await expect.poll(() => processesOf(workbench.id).filter((pid) => commandLine(pid).includes('setTimeout(() => {}, 100000)'))).toEqual([]);
    expect(pids(hotpocket(['status', '--json']))).toEqual(pids(before));
    expect(await messages()).toEqual([]);
    writeFileSync(scratch.path('eins', 'package.json'), JSON.stringify({ name: 'contract' }));
  });

  it('installs the libraries of a project that has none yet, if it may', async () => {
    const library = scratch.path('greeting');
    mkdirSync(library);
    writeFileSync(join(library, 'package.json'), JSON.stringify({ name: 'greeting', version: '1.0.0', main: 'index.js' }));
    writeFileSync(join(library, 'index.js'), '');
    const build = "node -e \"require('greeting'); fs.writeFileSync('built', '')\"";
    writeFileSync(scratch.path('eins', 'package.json'), JSON.stringify({ name: 'contract', scripts: { build }, dependencies: { greeting: 'file:../greeting' } }));
    const ask = async (answer: string): Promise<void> => {
      await window.palette('HotPocket: Build Contract');
      await window.quickInput.pick('eins/dist');
      const question = window.dialog('The libraries of eins are not installed.');
      await question.shown();
      expect(await question.text()).toContain('greeting');
      await window.screenshot('libraries');
      await question.click(answer);
    };
    await ask('Build Without Them');
    await told(/The build of .*eins failed/, ['Show Terminal', 'Show Details']);
    await ask('Run npm install');
    // And builds then.
    await expect.poll(() => existsSync(scratch.path('eins', 'built'))).toBe(true);
    await expect.poll(messages).toEqual([]);
    writeFileSync(scratch.path('eins', 'package.json'), JSON.stringify({ name: 'contract' }));
  });

  it('says when a node vanished while it was being chosen', async () => {
    await window.palette('HotPocket: Stop Node');
    await window.quickInput.choices();
    hotpocket(['clean']);
    hotpocket(['deploy', bundle('eins')], { HP_CLUSTER_SIZE: '1' });
    await window.quickInput.pick('Node 3');
    await told('There is no node 3. The cluster has node 1 only.', ['Show Details']);
    await working(1);
  });

  it('says when the cluster vanished while its node was being chosen', async () => {
    await window.palette('HotPocket: Stop Node');
    await window.quickInput.choices();
    hotpocket(['clean']);
    await window.quickInput.pick('Node 1');
    await told("cluster 'default' not found.", ['Deploy Contract…', 'Show Details']);
  });
});

/** Waits for the folders of the workspace. VS Code in the browser has been seen to open one without, for good; then it is opened again. */
async function folders(): Promise<void> {
  for (let tries = 1; ; tries++) {
    await window.showContainer('Explorer');
    try {
      return await window.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'eins' }).first().waitFor({ timeout: 10_000 });
    } catch (error) {
      if (tries === 3) throw error;
      await window.reload();
    }
  }
}

/** Trusts the folders of this window. */
async function trusted(): Promise<void> {
  await window.palette('Workspaces: Manage Workspace Trust');
  await window.page.getByRole('button', { name: /^Trust$/ }).click();
  await expect.poll(() => window.page.locator('.welcome-view-content').innerText()).toContain('No HotPocket cluster');
}
