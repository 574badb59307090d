import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension';
import type { Services } from '../../../src/extension/services';
import { eventually } from './eventually';
import { OUR_FOLDERS_VARIABLE } from './variables';

const ROUND_MS = 1000;

describe('the client', function () {
  this.timeout(120_000);
  let services: Services;
  const node = (number: number) => services.model.status?.nodes.find((one) => one.node === number);
  const users = (number: number): readonly string[] => node(number)?.users ?? [];
  const state = (number: number): string => {
    try {
      return readFileSync(join(node(number)?.stateDir ?? '', 'datafile.txt'), 'utf8');
    } catch {
      return '';
    }
  };

  /** Runs the command and gives the terminal that it opens. */
  async function open(number: number): Promise<vscode.Terminal> {
    const before = new Set(vscode.window.terminals);
    await vscode.commands.executeCommand('hotpocket.openClient', number);
    return eventually('a terminal', () => vscode.window.terminals.find((terminal) => !before.has(terminal)));
  }

  before(async () => {
    const extension = vscode.extensions.getExtension<ExtensionApi>('hotpocket-studio.hotpocket-studio');
    assert.ok(extension);
    services = await (await extension.activate()).services;
    const sample = join(process.env[OUR_FOLDERS_VARIABLE]?.split('\n').at(-1) ?? '', 'samples/starter/dist');
    await services.engine.deploy({ path: sample, defaults: { size: 3, userPortBegin: 26_281, peerPortBegin: 26_961, roundTime: ROUND_MS } });
    await eventually('a ledger', () => node(1)?.ledger !== undefined);
  });
  after(async () => {
    for (const terminal of vscode.window.terminals) terminal.dispose();
    await services.engine.clean();
  });

  it('is a user of the node while its terminal is open', async () => {
    const terminal = await open(1);
    assert.equal(terminal.name, 'HotPocket client: node 1');
    await eventually('the user', () => users(1).length === 1);
    const [kept] = users(1);
    terminal.sendText('{"type":"set","data":"from the client"}');
    await eventually('the state of every node', () => [1, 2, 3].every((number) => state(number) === 'from the client'));

    const second = await open(1);
    await eventually('another user', () => users(1).length === 2);
    const elsewhere = await open(2);
    await eventually('the first user on another node', () => users(2)[0] === kept);

    for (const one of [terminal, second, elsewhere]) one.dispose();
    await eventually('no users', () => users(1).length === 0 && users(2).length === 0);
    const again = await open(1);
    await eventually('the same user again', () => users(1)[0] === kept);
    again.sendText('/quit');
    await eventually('the end', () => !vscode.window.terminals.includes(again));
    await eventually('no users', () => users(1).length === 0);
  });

  it('is there again after the node was', async () => {
    const terminal = await open(3);
    await eventually('the user', () => users(3).length === 1);
    await services.engine.stop(3);
    await services.engine.start(3);
    await eventually('the user again', () => users(3).length === 1);
    terminal.dispose();
    await eventually('no users', () => users(3).length === 0);
  });

  it('has its input in the state in less than a round, which the grid allows to none, when rounds are eager', async () => {
    const terminal = await open(1);
    await eventually('the user', () => users(1).length === 1);
    const ledgers: number[] = [];
    const listening = services.model.onEvent((change) => change.type === 'ledger' && change.node === 1 && ledgers.push(change.seqNo));
    const switchTo = async (mode: string): Promise<void> => {
      await vscode.commands.executeCommand('hotpocket.switchRounds', mode);
      await eventually(mode, () => services.model.status?.rounds === mode);
    };
    let inputs = 0;
    const written = async (): Promise<number> => {
      const text = `input ${++inputs}`;
      const begin = performance.now();
      terminal.sendText(JSON.stringify({ type: 'set', data: text }));
      await eventually('the state', () => state(1) === text);
      return performance.now() - begin;
    };

    await switchTo('eager');
    // The round of a switch may be of either kind.
    await written();
    const [before, begin] = [ledgers.length, performance.now()];
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push(await written());
    const grid = (performance.now() - begin) / ROUND_MS;
    assert.ok(ledgers.length - before > grid + 1, `${ledgers.length - before} ledgers, ${grid} round times`);
    const [, , median] = times.sort((a, b) => a - b);
    assert.ok(median !== undefined && median < ROUND_MS, `${times.join(', ')} ms`);

    await switchTo('grid');
    listening.dispose();
    terminal.dispose();
    await eventually('no users', () => users(1).length === 0);
  });

  it('for a node that does not exist is refused in words, and opens no terminal', async () => {
    const count = vscode.window.terminals.length;
    await vscode.commands.executeCommand('hotpocket.openClient', 17);
    assert.equal(vscode.window.terminals.length, count);
  });
});
