import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension';
import type { Services } from '../../../src/extension/services';
import { projectFolder } from '../harness/paths';
import { hotpocketClient, type Client } from '../../support/hotpocketClient';
import { eventually } from './eventually';
import { Debugged } from './debugged';

// Debugging through VS Code's own API: the sample contract on three real nodes, with VS Code's JavaScript debugger.
const SETTINGS = { userPortBegin: 26_581, peerPortBegin: 27_261, roundTime: 1000, defaultNode: 2 };
const clients: Client[] = [];
let services: Services;
let project: string;
let debugged: Debugged;

const source = (): vscode.Uri => vscode.Uri.file(join(project, 'src', 'contract.js'));
const attach = (node: number, more: object = {}): vscode.DebugConfiguration => ({ type: 'hotpocket', request: 'attach', name: `node ${node}`, node, rounds: 'withInputs', ...more });
const folder = (): vscode.WorkspaceFolder | undefined => vscode.workspace.workspaceFolders?.[0];

async function connect(node: number): Promise<Client & { readonly received: string[] }> {
  const client = await hotpocketClient.createClient([`wss://localhost:${SETTINGS.userPortBegin + node - 1}`], await hotpocketClient.generateKeys(), { protocol: 'bson' });
  const received: string[] = [];
  client.on('contract_output', ({ outputs }) => received.push(...outputs.map(String)));
  ok(await client.connect());
  clients.push(client);
  return Object.assign(client, { received });
}

const store = (text: string): string => JSON.stringify({ type: 'set', data: text });
const stored = (node: number): string => readFileSync(join(services.model.status?.nodes[node - 1]?.stateDir ?? '', 'datafile.txt'), 'utf8');

/** Breakpoints on the lines of src/contract.js that hold these texts. */
function breakAt(...texts: string[]): vscode.SourceBreakpoint[] {
  const lines = readFileSync(source().fsPath, 'utf8').split('\n');
  const breakpoints = texts.map((text) => {
    const line = lines.findIndex((one) => one.includes(text));
    ok(line >= 0, text);
    return new vscode.SourceBreakpoint(new vscode.Location(source(), new vscode.Position(line, 0)));
  });
  vscode.debug.addBreakpoints(breakpoints);
  return breakpoints;
}

/** A contract in TypeScript that does without a library. */
const ROUNDS = `import { readFileSync } from 'node:fs';

interface Arguments { readonly lcl_seq_no?: number }

function round({ lcl_seq_no = 0 }: Arguments): void {
  console.log(\`Ledger \${lcl_seq_no}\`);
}

round(JSON.parse(readFileSync(0, 'utf8')) as Arguments);
`;

describe('debugging', function () {
  this.timeout(120_000);

  before(async () => {
    hotpocketClient.setLogLevel(1);
    project = join(folder()?.uri.fsPath ?? '', 'ein Vertrag ü');
    mkdirSync(project);
    const sample = join(projectFolder, 'samples', 'starter');
    for (const name of ['src', 'build.mjs', 'package.json']) cpSync(join(sample, name), join(project, name), { recursive: true });
    symlinkSync(join(projectFolder, 'node_modules'), join(project, 'node_modules'));
    const settings = vscode.workspace.getConfiguration('hotpocket');
    for (const [name, value] of Object.entries(SETTINGS)) await settings.update(name, value, vscode.ConfigurationTarget.Workspace);
    const extension = vscode.extensions.getExtension<ExtensionApi>('hotpocket-studio.hotpocket-studio');
    services = await (await extension?.activate())!.services;
    debugged = new Debugged();
  });
  afterEach(async () => {
    await vscode.debug.stopDebugging();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    for (const client of clients.splice(0)) await client.close();
    await eventually('all sessions to end', () => debugged.sessions.size === 0);
    await eventually('no node to be debugged', async () => (await services.engine.status())?.nodes.every((node) => !node.debugged) ?? true);
  });
  after(async () => {
    debugged.dispose();
    if (services.model.status) await services.engine.clean();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of Object.keys(SETTINGS)) await vscode.workspace.getConfiguration('hotpocket').update(name, undefined, vscode.ConfigurationTarget.Workspace);
    rmSync(project, { recursive: true });
    rmSync(join(folder()?.uri.fsPath ?? '', '.vscode', 'launch.json'), { force: true });
  });

  it('builds, deploys and stops at a breakpoint in the sources, in the node of the setting', async () => {
    breakAt('switch (type)');
    ok(await vscode.debug.startDebugging(folder(), { type: 'hotpocket', request: 'launch', name: 'launch', rounds: 'withInputs' }));
    await eventually('node 2 to be debugged', () => services.model.status?.nodes.map((node) => node.debugged).join() === 'false,true,false');
    const client = await connect(1);
    const { submissionStatus } = await client.submitContractInput(store('by hand'));
    const stop = await debugged.stop();
    const [frame, caller] = await stop.frames();
    // Shown as the window names it, which may be remote.
    ok(decodeURIComponent(frame?.source ?? '').endsWith(source().fsPath), frame?.source);
    deepStrictEqual([frame?.name, caller?.name], ['answer', 'contract']);
    deepStrictEqual(await stop.locals(['type', 'data', 'readonly']), { type: "'set'", data: "'by hand'", readonly: 'false' });
    // Nothing of the cluster moves, and everybody can see why.
    await eventually('the pause to be told', () => services.model.status?.pause?.node === 2);
    strictEqual(services.model.status?.clockBehind, 0);
    // Edited and put back: a node that stores something else would be outvoted by the others.
    await stop.evaluate("data = 'edited'");
    strictEqual(await stop.evaluate('data'), "'edited'");
    await stop.evaluate("data = 'by hand'");
    await stop.request('next');
    const next = await debugged.stop();
    match((await next.frames())[0]?.name ?? '', /answer/);
    await next.go();
    const status = await submissionStatus;
    strictEqual(status.status, 'accepted');
    await eventually('the output', () => client.received.includes('{"type":"dataResult","data":"success"}'));
    deepStrictEqual([1, 2, 3].map(stored), ['by hand', 'by hand', 'by hand']);
    deepStrictEqual(debugged.output.filter((text) => /Debugger|inspector/.test(text)), []);
  });

  it('stops again in the next round, and in a read request if asked to', async () => {
    breakAt('switch (type)');
    ok(await vscode.debug.startDebugging(folder(), attach(3, { runs: 'both' })));
    const client = await connect(3);
    for (const text of ['one', 'two']) {
      const { submissionStatus } = await client.submitContractInput(store(text));
      const stop = await debugged.stop();
      deepStrictEqual(await stop.locals(['data']), { data: `'${text}'` });
      await stop.go();
      strictEqual((await submissionStatus).status, 'accepted');
    }
    await eventually('both outputs', () => client.received.length === 2);
    const reading = client.submitContractReadRequest('{"type":"get"}');
    const stop = await debugged.stop();
    deepStrictEqual(await stop.locals(['type', 'readonly']), { type: "'get'", readonly: 'true' });
    await stop.go();
    strictEqual(String(await reading), '{"type":"dataResult","data":"two"}');
  });

  it('has conditions, hit counts and logpoints, as the debugger has them', async () => {
    const [at] = breakAt('switch (type)');
    ok(at);
    vscode.debug.removeBreakpoints([at]);
    const below = new vscode.Location(at.location.uri, at.location.range.start.translate(1));
    vscode.debug.addBreakpoints([
      new vscode.SourceBreakpoint(at.location, true, "data === 'stop here'"),
      new vscode.SourceBreakpoint(below, true, undefined, undefined, 'logged {type}'),
    ]);
    ok(await vscode.debug.startDebugging(folder(), attach(1)));
    const client = await connect(2);
    for (const text of ['not here', 'stop here']) void (await client.submitContractInput(store(text)));
    const stop = await debugged.stop();
    deepStrictEqual(await stop.locals(['data']), { data: "'stop here'" });
    await stop.go();
  });

  it('debugs two nodes at once, from one compound configuration', async () => {
    breakAt('switch (type)');
    const launch = { version: '0.2.0', configurations: [attach(1), attach(3)], compounds: [{ name: 'both', configurations: ['node 1', 'node 3'], stopAll: true }] };
    mkdirSync(join(folder()?.uri.fsPath ?? '', '.vscode'), { recursive: true });
    writeFileSync(join(folder()?.uri.fsPath ?? '', '.vscode', 'launch.json'), JSON.stringify(launch));
    await eventually('launch.json to be read', () => vscode.workspace.getConfiguration('launch', folder()).get<unknown[]>('compounds')?.length === 1);
    ok(await vscode.debug.startDebugging(folder(), 'both'));
    await eventually('both nodes to be debugged', async () => (await services.engine.status())?.nodes.filter((node) => node.debugged).length === 2);
    const client = await connect(2);
    const { submissionStatus } = await client.submitContractInput(store('both'));
    const stops = [await debugged.stop(), await debugged.stop()];
    deepStrictEqual(stops.map((stop) => stop.parentName).sort(), ['node 1', 'node 3']);
    for (const stop of stops) await stop.go();
    strictEqual((await submissionStatus).status, 'accepted');
  });

  it('lets the contract run on when it is stopped while paused', async () => {
    breakAt('switch (type)');
    ok(await vscode.debug.startDebugging(folder(), attach(2)));
    // A node that does not run has nothing to debug, which is said, and it is debugged again when it is started.
    await vscode.commands.executeCommand('hotpocket.stopNode', 2);
    await eventually('to hear that it does not run', () => debugged.output.some((text) => text.startsWith('Node 2 does not run now.')));
    await vscode.commands.executeCommand('hotpocket.startNode', 2);
    await eventually('to hear that it runs again', () => debugged.output.includes('Node 2 runs again.\n'));
    const client = await connect(1);
    const { submissionStatus } = await client.submitContractInput(store('let go'));
    await debugged.stop();
    await vscode.debug.stopDebugging();
    strictEqual((await submissionStatus).status, 'accepted');
    await eventually('the input to be stored', () => [1, 2, 3].every((node) => stored(node) === 'let go'));
  });

  it('goes on debugging across a deployment, begun while paused', async () => {
    breakAt('switch (type)');
    ok(await vscode.debug.startDebugging(folder(), attach(2)));
    const before = await connect(1);
    void (await before.submitContractInput(store('old')));
    await debugged.stop();
    await vscode.commands.executeCommand('hotpocket.deploy', vscode.Uri.file(join(project, 'dist')));
    const later = await connect(1);
    const { submissionStatus } = await later.submitContractInput(store('new'));
    const stop = await debugged.stop();
    deepStrictEqual(await stop.locals(['data']), { data: "'new'" });
    await stop.go();
    strictEqual((await submissionStatus).status, 'accepted');
  });

  it('goes on with the next round when the contract is killed while paused', async () => {
    breakAt('switch (type)');
    ok(await vscode.debug.startDebugging(folder(), attach(2)));
    const client = await connect(1);
    const { submissionStatus } = await client.submitContractInput(store('killed'));
    const stop = await debugged.stop();
    process.kill(Number(await stop.evaluate('process.pid')), 'SIGKILL');
    strictEqual((await submissionStatus).status, 'accepted');
    await eventually('the session of the process to end', () => !debugged.sessions.has(stop.session.id));
    const { submissionStatus: next } = await client.submitContractInput(store('after it'));
    const again = await debugged.stop();
    await again.go();
    strictEqual((await next).status, 'accepted');
  });

  /** Builds, deploys and debugs a project, whose contract stops in two rounds where it should. The project is removed. */
  async function stopsIn(other: string, name: string, text: string): Promise<void> {
    symlinkSync(join(projectFolder, 'node_modules'), join(other, 'node_modules'));
    const path = join(other, 'src', name);
    const line = readFileSync(path, 'utf8').split('\n').findIndex((one) => one.includes(text));
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(vscode.Uri.file(path), new vscode.Position(line, 0)))]);
    ok(await vscode.debug.startDebugging(folder(), { type: 'hotpocket', request: 'launch', name, contract: join(other, 'dist') }));
    for (let round = 0; round < 2; round++) {
      const stop = await debugged.stop();
      const [frame] = await stop.frames();
      ok(decodeURIComponent(frame?.source ?? '').endsWith(path), frame?.source);
      strictEqual(frame?.line, line + 1);
      await stop.go();
    }
    await vscode.debug.stopDebugging();
    rmSync(other, { recursive: true });
  }

  // What hpdevkit's templates use, and what does not bundle at all.
  const tools = [
    { tool: 'ncc', source: 'contract.js', build: 'ncc build src/contract.js -s -o dist && cp src/hp.cfg.override dist', args: 'index.js' },
    { tool: 'tsc', source: 'rounds.ts', build: 'tsc --sourceMap --outDir dist --module commonjs --target es2022 --types node --skipLibCheck --ignoreConfig src/rounds.ts && cp src/hp.cfg.override dist', args: 'rounds.js' },
  ];
  for (const { tool, source: name, build, args } of tools) {
    it(`stops in the sources of what ${tool} built`, async () => {
      const other = join(folder()?.uri.fsPath ?? '', `made by ${tool}`);
      cpSync(join(projectFolder, 'samples', 'starter', 'src'), join(other, 'src'), { recursive: true });
      writeFileSync(join(other, 'src', 'rounds.ts'), ROUNDS);
      writeFileSync(join(other, 'src', 'hp.cfg.override'), JSON.stringify({ contract: { bin_path: '/usr/bin/node', bin_args: args } }));
      writeFileSync(join(other, 'package.json'), JSON.stringify({ name: 'other', scripts: { build }, dependencies: { 'hotpocket-nodejs-contract': '*' } }));
      await stopsIn(other, name, 'console.log');
    });
  }

  for (const type of process.env.HOTPOCKET_TEST_LONG ? ['file-contract', 'upgrader-contract'] : []) {
    it(`stops in the TypeScript of a new ${type}`, async () => {
      const parent = folder()?.uri.fsPath ?? '';
      const other = join(parent, 'new_contract');
      execFileSync('node', [join(projectFolder, 'dist', 'cli.js'), 'gen', 'typescript', type, 'new_contract'], { cwd: parent });
      await stopsIn(other, 'contract.ts', 'ctx.users.list()');
    });
  }
});
