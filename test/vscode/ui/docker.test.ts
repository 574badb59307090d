import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerHost, testDocker, testImage } from '../../docker/support/daemon';
import { Scratch } from '../harness/scratch';
import { DebugToolbar } from './support/debugView';
import { keepPicturesOfFailures } from './support/failures';
import { SampleProject } from './support/sampleProject';
import { STATUS } from './support/statusItem';
import { Workbench } from './support/workbench';
import type { WorkbenchWindow } from './support/window';

// The same extension on containers: node test/docker/daemon/withDaemon.mjs node test/vscode/run.mjs ui --file test/vscode/ui/docker.test.ts
describe.skipIf(dockerHost === undefined).sequential('a cluster on Docker in VS Code (only within test/docker/daemon/withDaemon.mjs)', () => {
  const scratch = new Scratch();
  const folder = join(scratch.folder, 'Mein Vertrag ü');
  let project: SampleProject;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  keepPicturesOfFailures(() => workbench);

  beforeAll(async () => {
    const image = await testImage();
    project = new SampleProject(folder, { 'hotpocket.engine': 'docker', 'hotpocket.docker.instanceImage': image, 'hotpocket.docker.devkitImage': '127.0.0.1:1/none', 'hotpocket.roundTime': 1000 });
    const override = join(folder, 'src', 'hp.cfg.override');
    writeFileSync(override, JSON.stringify({ ...(JSON.parse(readFileSync(override, 'utf8')) as object), node: { history_config: { max_raw_shards: 1 } } }));
    Object.assign(process.env, scratch.env);
    workbench = await Workbench.open({ suite: 'docker' });
    window = await workbench.openWindow(folder);
  });
  afterAll(async () => {
    await project?.close();
    await workbench?.close();
    await scratch.dispose();
  });

  const tree = () => window.tree('Cluster');
  const node = (number: number) => testDocker().getContainer(`hpdevkit_default_node_${number}`);
  const working = () => expect.poll(() => window.statusItem(STATUS).text()).toMatch(/^HP 3\/3 · #\d+$/);

  it('is made from the palette, and says what hpdevkit will lack', async () => {
    await window.showContainer('HotPocket');
    await window.palette('HotPocket: Deploy Contract…');
    const warning = window.notification('The cluster has no management container');
    await warning.shown();
    await working();
    await expect.poll(() => tree().rows()).toEqual([
      expect.stringMatching(/^default \(docker\) 3 nodes · needs 3 of 3, tolerates 0 · 1 s$/), expect.stringMatching(/^Ledger #\d+$/), ...[1, 2, 3].map((n) => `Node ${n} synced · port ${8080 + n}`),
    ]);
    await window.screenshot('deployed');
  });

  it('shows of a node what its observer sees', async () => {
    await tree().row('Node 2').expand();
    await expect.poll(() => tree().rows()).toEqual(expect.arrayContaining(['Endpoint wss://localhost:8082', 'Peers 2', expect.stringMatching(/^Observer ed[0-9a-f]{64}$/), 'State files']));
    await tree().row('State files').expand();
    await tree().row('index.js').click(async () => (await window.editor.tabs()).includes('index.js'));
    await window.screenshot('observer and state file');
    await tree().row('index.js').menu('Compare State File Between Nodes…', () => window.quickInput.isOpen());
    await expect.poll(async () => (await window.quickInput.choices()).filter((text) => text.startsWith('Node'))).toEqual(['Node 1', 'Node 3']);
    await window.quickInput.pick('Node 3');
    await window.page.locator('.part.editor .tab', { hasText: 'index.js: node 2 ↔ node 3' }).waitFor();
    await window.screenshot('state of two nodes');
  });

  it('shows what somebody else does to it, and mends it', async () => {
    await node(3).stop();
    await expect.poll(() => tree().row('Node 3').text()).toMatch(/^Node 3 stopped/);
    await window.screenshot('stopped by docker');
    await tree().row('Node 3').inline('Start Node', async () => !(await tree().row('Node 3').text()).startsWith('Node 3 stopped'));
    await working();
  });

  it('is debugged by F5: stops in the source, counts down, and goes on', async () => {
    const debug = new DebugToolbar(window.page);
    await window.editor.breakpoint('contract.js', project.lineOf('switch (type)'));
    await window.page.keyboard.press('F5');
    await window.quickInput.pick('HotPocket');
    await window.showContainer('HotPocket');
    await expect.poll(() => tree().row('Node 1').text(), { timeout: 60_000 }).toMatch(/^Node 1 synced · debugged/);
    await working();
    await window.screenshot('debugged');
    await project.connect(8082);
    const pending = project.submit('seen in the container');
    await debug.stopped();
    await expect.poll(() => window.statusItem(STATUS).text()).toMatch(/^HP paused · #\d+ · 4:[0-5]\d left$/);
    await window.showContainer('Run and Debug');
    await expect.poll(() => debug.frames()).toEqual(expect.arrayContaining([expect.stringContaining('answer'), expect.stringContaining('contract')]));
    await debug.expand('Local: answer');
    await expect.poll(() => debug.variables()).toEqual(expect.arrayContaining([expect.stringMatching(/^data ?[:=] ?'seen in the container'$/)]));
    await window.screenshot('at a breakpoint');
    await debug.button('Continue');
    await expect.poll(async () => (await pending).status).toBe('accepted');
    await working();
    await window.page.keyboard.press('Shift+F5');
    await debug.gone();
    await window.showContainer('HotPocket');
    await expect.poll(() => tree().row('Node 1').text()).toMatch(/^Node 1 synced · port/);
    expect((await node(1).inspect()).ExecIDs).toBeNull();
    expect((await node(1).changes()) as unknown).toEqual(await node(2).changes());
  });

  it('has inputs counted in the view of ledgers, which can be those of one user', async () => {
    await project.connect(8081);
    expect((await project.submit('für die Liste')).status).toBe('accepted');
    await window.palette('HotPocket: Focus on Ledgers View');
    const ledgers = window.tree('Ledgers');
    await expect.poll(() => ledgers.rows()).toEqual(expect.arrayContaining([expect.stringMatching(/^#\d+ .* · 1 input · /), expect.stringMatching(/^#\d+ .* · 1 output · /)]));
    await window.screenshot('ledgers counted');
    await window.palette('HotPocket: Filter Ledgers…');
    const user = async () => (await window.quickInput.choices()).flatMap((text) => /^With inputs of ed[0-9a-f]{8}…/.exec(text)?.[0] ?? [])[0];
    await expect.poll(user).toBeDefined();
    await window.quickInput.pick((await user()) ?? '');
    await expect.poll(() => ledgers.rows()).toEqual([expect.stringMatching(/^#\d+ .* · 1 input · /)]);
    await window.screenshot('ledgers of a user');
  });

  it('is cleaned', async () => {
    const question = window.dialog('Clean the cluster “default”?');
    await window.palette('HotPocket: Clean Cluster…');
    await question.shown();
    await question.click('Clean Cluster');
    await expect.poll(() => window.page.locator('.welcome-view-content').innerText()).toContain('No HotPocket cluster');
    // The view knows as soon as the nodes are gone; the lock goes last.
    await expect.poll(() => testDocker().listContainers({ all: true })).toEqual([]);
    expect((await testDocker().listVolumes()).Volumes).toEqual([]);
  });
});
