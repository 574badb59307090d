import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesOf } from '../harness/processes';
import { Scratch } from '../harness/scratch';
import { DebugToolbar } from './support/debugView';
import { keepPicturesOfFailures } from './support/failures';
import { SampleProject } from './support/sampleProject';
import { STATUS } from './support/statusItem';
import type { WorkbenchWindow } from './support/window';
import { Workbench } from './support/workbench';

// F5 as an author presses it, on the sample contract, with nothing prepared: no launch.json.
const USER_PORT = 29_181;
const scratch = new Scratch();
const folder = join(scratch.folder, 'Mein Vertrag ü');
let project: SampleProject;
let workbench: Workbench;
let window: WorkbenchWindow;
let debug: DebugToolbar;

beforeAll(async () => {
  project = new SampleProject(folder, { 'hotpocket.userPortBegin': USER_PORT, 'hotpocket.peerPortBegin': 29_861, 'hotpocket.roundTime': 1000, 'editor.minimap.enabled': false });
  Object.assign(process.env, scratch.env);
  workbench = await Workbench.open({ suite: 'debug' });
  window = await workbench.openWindow(folder);
  debug = new DebugToolbar(window.page);
});
afterAll(async () => {
  await project?.close();
  await workbench?.close();
  await scratch.dispose();
});
keepPicturesOfFailures(() => workbench);

const status = () => window.statusItem(STATUS).text();
const ledger = async (): Promise<number> => Number(/^HP 3\/3 · #(\d+)$/.exec(await status())?.[1]);
const extensionHosts = (): number[] => processesOf(scratch.id).filter((pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=extensionHost');
  } catch {
    return false; // It ended meanwhile.
  }
});
const connect = (): Promise<void> => project.connect(USER_PORT + 1);
const submit = (data: string) => project.submit(data);
/** A run before that would not stop. */
async function debugged(node: number): Promise<void> {
  await window.showContainer('HotPocket');
  await expect.poll(() => window.tree('Cluster').row(`Node ${node}`).text()).toMatch(new RegExp(`^Node ${node} synced · debugged`));
}
const statusSoon = (pending: Promise<{ readonly status: string }>) => expect.poll(async () => (await pending).status, { timeout: 20_000 });

describe('F5 in a contract project', () => {
  it('asks what debugs it, builds, deploys and waits', async () => {
    await window.editor.breakpoint('contract.js', project.lineOf('switch (type)'));
    await window.page.keyboard.press('F5');
    await expect.poll(() => window.quickInput.choices()).toContain('HotPocket');
    await window.screenshot('1 F5 asks');
    await window.quickInput.pick('HotPocket');
    await expect.poll(() => status(), { timeout: 60_000 }).toMatch(/^HP 3\/3 · #\d+$/);
    await window.screenshot('2 deployed and waiting');
    await debugged(1);
    await window.screenshot('3 the tree marks the node');
  });

  it('stops in the source when an input comes, and shows where and why', async () => {
    await connect();
    const pending = submit('seen by the debugger');
    await debug.stopped();
    await expect.poll(() => status()).toMatch(/^HP paused · #\d+$/);
    await window.showContainer('Run and Debug');
    await expect.poll(() => debug.frames()).toEqual(expect.arrayContaining([expect.stringContaining('answer'), expect.stringContaining('contract')]));
    await debug.expand('Local: answer');
    await expect.poll(() => debug.variables()).toEqual(expect.arrayContaining([expect.stringMatching(/^data ?[:=] ?'seen by the debugger'$/), expect.stringMatching(/^readonly ?[:=] ?false$/)]));
    await window.readmePicture('breakpoint');
    await debug.button('Step Over');
    await expect.poll(() => debug.frames()).toEqual(expect.arrayContaining([expect.stringContaining('answer')]));
    await window.screenshot('5 stepped');
    await debug.button('Continue');
    await statusSoon(pending).toBe('accepted');
    await expect.poll(() => project.received, { timeout: 20_000 }).toEqual(['{"type":"dataResult","data":"success"}']);
    await expect.poll(() => status()).toMatch(/^HP 3\/3 · #\d+$/);
  });

  it('stops again in the next round', async () => {
    const pending = submit('again');
    await debug.stopped();
    await window.screenshot('6 stopped again');
    await debug.button('Continue');
    await statusSoon(pending).toBe('accepted');
  });

  it('offers to build with a source map where there is none', async () => {
    await window.page.keyboard.press('Shift+F5');
    await debug.gone();
    let last = NaN;
    await expect.poll(async () => (last = await ledger())).toBeGreaterThan(0);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object;
    const build = 'esbuild src/contract.js --bundle --platform=node --outfile=dist/index.js && cp src/hp.cfg.override dist';
    rmSync(join(folder, 'dist'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, scripts: { build } }, null, 2));
    // It remembers what was chosen.
    await window.palette('Debug: Start Debugging');
    const question = window.dialog('was built without a source map');
    await question.shown();
    await window.screenshot('7 no source map');
    await question.click('Build with Source Map');
    await expect.poll(() => readFileSync(join(folder, 'package.json'), 'utf8')).toContain('esbuild --sourcemap src/contract.js');
    // Deployed anew, its ledgers begin with 1 again.
    await expect.poll(ledger, { timeout: 60_000 }).toBeLessThan(last);
    await debugged(1);
    await connect();
    const pending = submit('with a map');
    await debug.stopped();
    await debug.button('Continue');
    await statusSoon(pending).toBe('accepted');
  });

  it('lets the contract run on when the extension host dies at a breakpoint', async () => {
    const before = project.received.length;
    const pending = submit('deserted');
    await debug.stopped();
    for (const pid of extensionHosts()) process.kill(pid, 'SIGKILL');
    await statusSoon(pending).toBe('accepted');
    await expect.poll(() => project.received.length, { timeout: 20_000 }).toBeGreaterThan(before);
    await window.screenshot('8 extension host killed');
  });

  it('debugs the node that is chosen in the tree', async () => {
    await window.reload();
    await window.showContainer('HotPocket');
    await expect.poll(() => status(), { timeout: 30_000 }).toMatch(/^HP 3\/3 · #\d+$/);
    const third = window.tree('Cluster').row('Node 3');
    await third.inline('Debug Contract on Node', async () => /^Node 3 synced · debugged/.test(await third.text()));
    const pending = submit('on node 3');
    await debug.stopped();
    // Where it stops shows the debug view.
    await window.showContainer('HotPocket');
    await expect.poll(() => third.text()).toMatch(/^Node 3 synced · debugged in ledger \d+/);
    await window.screenshot('9 node 3');
    await debug.button('Continue');
    await statusSoon(pending).toBe('accepted');
  });
});
