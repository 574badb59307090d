import { strict as assert } from 'node:assert';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension';
import type { Services } from '../../../src/extension/services';
import { parseLogLine } from '../../../src/hotpocket/logLine';
import { eventually } from './eventually';

const LEDGER = '****Ledger created****';
const FLOOD = 200_000;

/** Prints a line a round; floods or fails once when a file tells it to, on node 1 alone, which changes no state. */
const CONTRACT = `import { existsSync, renameSync, writeSync } from 'node:fs';
const [here, orders] = [process.cwd(), ORDERS];
const ordered = (what: string): boolean => here.includes('/node1/') && existsSync(orders + what) && (renameSync(orders + what, orders + what + '.done'), true);
console.log('output of the contract');
if (ordered('flood')) {
  let text = '';
  for (let i = 1; i <= ${FLOOD}; i++) text += 'flood line of usual length for a contract that talks too much, number ' + i + '.\\n';
  for (let at = 0; at < text.length; ) at += writeSync(1, text.slice(at, at + 65536));
}
function fail(): void {
  throw new Error('on purpose');
}
if (ordered('fail')) fail();
`;

describe('logs', function () {
  this.timeout(120_000);
  let folder: string;
  let source: string;
  let services: Services;

  const logFile = (node: number): string => services.model.status?.nodes.find((one) => one.node === node)?.logFile ?? '';
  const fileText = (node: number): string => readFileSync(logFile(node), 'utf8');
  const channel = (name: string): vscode.TextDocument | undefined => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'output' && uri.path.endsWith(name));
  const order = (what: string): void => writeFileSync(join(folder, 'orders', what), '');

  /** The channel of a node (or of all), which is then the one that is shown. */
  async function shown(node?: number): Promise<vscode.TextDocument> {
    await vscode.commands.executeCommand(node === undefined ? 'hotpocket.showAllLogs' : 'hotpocket.showLog', node);
    return eventually(`the channel of ${node ?? 'all nodes'}`, () => channel(node === undefined ? 'all nodes' : `node ${node}`));
  }

  const ledgers = (text: string): number[] => [...text.matchAll(/Ledger created\*{4} \(lcl:(\d+)-/g)].map((match) => Number(match[1]));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hp löğ '));
    source = join(folder, 'src', 'contract.ts');
    for (const name of ['src', 'orders']) mkdirSync(join(folder, name));
    writeFileSync(source, CONTRACT);
    writeFileSync(join(folder, 'package.json'), '{}');
    await build({ entryPoints: [source], outfile: join(folder, 'dist', 'index.js'), bundle: true, platform: 'node', sourcemap: true, define: { ORDERS: JSON.stringify(join(folder, 'orders/')) } });
    writeFileSync(join(folder, 'dist', 'hp.cfg.override'), JSON.stringify({ contract: { bin_path: '/usr/bin/node', bin_args: 'index.js' } }));
    const extension = vscode.extensions.getExtension<ExtensionApi>('hotpocket-studio.hotpocket-studio');
    assert.ok(extension);
    services = await (await extension.activate()).services;
    await services.engine.deploy({ path: join(folder, 'dist'), defaults: { size: 3, userPortBegin: 26_181, peerPortBegin: 26_861, roundTime: 1000 } });
    await services.model.refresh();
  });
  after(async () => {
    await services.engine.clean();
    await rm(folder, { recursive: true });
  });

  it('have no channel before somebody wants to see them', async () => {
    await eventually('a ledger', () => fileText(1).includes(LEDGER));
    assert.equal(channel('node 1'), undefined);
  });

  it('are shown exactly as they are, one channel a node', async () => {
    for (const node of [1, 2, 3]) {
      const document = await shown(node);
      assert.equal(document.languageId, 'hotpocket-log');
      await eventually('two more ledgers', () => ledgers(document.getText()).length >= 3);
      const text = document.getText().trimEnd();
      assert.equal(text, fileText(node).slice(0, text.length));
      assert.match(text, /\[inf\]\[hpc\] \*{4}Ledger created\*{4} [^\n]+\noutput of the contract/);
    }
  });

  it('reach the channel soon after they are written', async () => {
    const document = await shown(1);
    const begin = Date.now();
    const delays: number[] = [];
    const listening = vscode.workspace.onDidChangeTextDocument(({ document: changed, contentChanges }) => {
      if (changed !== document) return;
      for (const line of contentChanges.flatMap(({ text }) => text.split('\n'))) {
        const written = parseLogLine(line)?.time.getTime() ?? 0;
        if (line.includes(LEDGER) && written > begin) delays.push(Date.now() - written);
      }
    });
    await eventually('eight ledgers', () => delays.length >= 8);
    listening.dispose();
    console.log(`      from the node's time stamp to the text of the channel: ${delays.sort((a, b) => a - b).join(' ')} ms`);
    assert.ok((delays[0] ?? Infinity) < 5_000);
  });

  it('are merged in the order of time', async () => {
    const document = await shown();
    await eventually('ledgers of all nodes', () => [1, 2, 3].every((node) => document.getText().split(`node ${node} | `).filter((text) => text.includes(LEDGER)).length > 8));
    const lines = document.getText().trimEnd().split('\n');
    assert.ok(lines.every((line) => /^node [123] \| /.test(line)));
    const times = lines.flatMap((line) => parseLogLine(line.replace(/^node \d \| /, ''))?.time.getTime() ?? []);
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
    for (const node of [1, 2, 3]) {
      const own = lines.filter((line) => line.startsWith(`node ${node} | `)).map((line) => `${line.slice(9)}\n`).join('');
      assert.equal(own, fileText(node).slice(0, own.length));
    }
  });

  it('have stack traces that lead to the source', async () => {
    order('fail');
    const document = await shown(1);
    await eventually('the trace', () => /Error: on purpose[^]*Node\.js v/.test(document.getText()));
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', document.uri, 100);
    const target = links.find(({ range }) => document.lineAt(range.start).text.includes('at fail ('))?.target;
    const line = CONTRACT.split('\n').findIndex((text) => text.includes("throw new Error('on purpose')")) + 1;
    assert.equal(target?.toString(), vscode.Uri.file(source).with({ fragment: `L${line},9` }).toString());
    await vscode.commands.executeCommand('vscode.open', target);
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, source);
    await eventually('the line to be selected', () => vscode.window.activeTextEditor?.selection.active.line === line - 1);
  });

  it('go on when a node is stopped and started', async () => {
    const document = await shown(3);
    await services.engine.stop(3);
    await eventually('the end of node 3', () => document.getText().trimEnd().endsWith('[wrn][hpc] hpcore exited due to signal.'));
    const first = await shown(1);
    await eventually('votes', () => first.getText().includes('Not enough peers proposing to perform consensus. votes:2 needed:3'));
    await services.engine.start(3);
    const again = await shown(3);
    const last = ledgers(again.getText()).at(-1) ?? 0;
    await eventually('new ledgers', () => (ledgers(again.getText()).at(-1) ?? 0) > last + 1);
    const text = again.getText().trimEnd();
    assert.equal(text, fileText(3).slice(0, text.length));
  });

  it('go on when the supervisor was killed', async () => {
    const document = await shown(2);
    const before = ledgers(document.getText()).at(-1) ?? 0;
    process.kill(supervisor(), 'SIGKILL');
    await eventually('the nodes to stop', () => document.getText().trimEnd().endsWith('[wrn][hpc] hpcore exited due to signal.'));
    await services.engine.start();
    await eventually('new ledgers', () => (ledgers(document.getText()).at(-1) ?? 0) > before + 1);
    const text = document.getText().trimEnd();
    assert.equal(text, fileText(2).slice(0, text.length));
  });

  it('survive a contract that prints 200,000 lines in one round', async () => {
    // Channels that are not visible follow as well.
    await shown();
    const document = await shown(1);
    const collect = garbageCollector();
    collect();
    const before = process.memoryUsage();
    let [slowest, highest] = [0, before.rss];
    let last = performance.now();
    const ticks = setInterval(() => {
      slowest = Math.max(slowest, performance.now() - last);
      highest = Math.max(highest, process.memoryUsage().rss);
      last = performance.now();
    }, 20);
    const begin = Date.now();
    order('flood');
    // Looks at little, so as not to measure itself.
    const size = statSync(logFile(1)).size;
    await eventually('the flood to be written', () => statSync(logFile(1)).size > size + FLOOD * 70);
    const written = Date.now() - begin;
    await eventually('its end to be shown', () => lastLines(document).includes(`number ${FLOOD}.\n`));
    clearInterval(ticks);
    collect();
    const after = process.memoryUsage();
    const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;
    console.log(`      ${FLOOD} lines: written after ${written} ms, shown after ${Date.now() - begin} ms; extension host: heap +${mb(after.heapUsed - before.heapUsed)}, resident +${mb(after.rss - before.rss)}, at most +${mb(highest - before.rss)}; longest pause ${slowest.toFixed(0)} ms`);
    const numbers = [...fileText(1).matchAll(/number (\d+)\.\n/g)].map((match) => Number(match[1]));
    assert.deepEqual(numbers, Array.from({ length: FLOOD }, (_, i) => i + 1));
    const header = document.lineAt(0).text;
    assert.match(header, /^⋯ At least \d{3}.\d{3} earlier lines are not shown here\. The whole log: \//);
    assert.ok(document.lineCount < 20_010, `${document.lineCount} lines`);
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', document.uri, 1);
    assert.equal(links[0]?.target?.fsPath, logFile(1));
  });

  it('are gone with the cluster', async () => {
    await services.engine.clean();
    await eventually('the channels to close', () => vscode.workspace.textDocuments.every(({ languageId }) => languageId !== 'hotpocket-log'));
    await services.engine.deploy({ path: join(folder, 'dist'), defaults: { size: 1, userPortBegin: 26_181, peerPortBegin: 26_861, roundTime: 1000 } });
    const document = await shown(1);
    await eventually('ledger 1', () => ledgers(document.getText())[0] === 1);
  });

  /** So that figures tell what is held, not what was not yet thrown away. */
  function garbageCollector(): () => void {
    setFlagsFromString('--expose-gc');
    return runInNewContext('gc') as () => void;
  }

  const lastLines = (document: vscode.TextDocument): string => document.getText(new vscode.Range(Math.max(0, document.lineCount - 100), 0, document.lineCount, 0));

  /** The process of the supervisor of this cluster. */
  function supervisor(): number {
    const home = services.model.status?.home ?? '';
    const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).find((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return command.some((part) => part.endsWith('supervisor.js')) && command.includes(home);
      } catch {
        return false;
      }
    });
    assert.ok(found);
    return Number(found);
  }
});
