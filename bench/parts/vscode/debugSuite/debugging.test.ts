import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../../src/extension/extension';
import { debugProviders, providerFor } from '../../../../src/debug/providers';
import { Debugged } from '../../../../test/vscode/suite/debugged';
import { FIGURES_VARIABLE } from '../suite/variables';
import { PROJECT_VARIABLE, RUNS_VARIABLE, type Debugging } from '../debugVariables';

const SETTINGS = { userPortBegin: 28_581, peerPortBegin: 30_261, roundTime: 1000 };

describe('debugging', function () {
  this.timeout(300_000);
  it('is measured', async () => {
    const project = process.env[PROJECT_VARIABLE] ?? '';
    const runs = Number(process.env[RUNS_VARIABLE]);
    const settings = vscode.workspace.getConfiguration('hotpocket');
    for (const [name, value] of Object.entries(SETTINGS)) await settings.update(name, value, vscode.ConfigurationTarget.Workspace);
    const extension = vscode.extensions.getExtension<ExtensionApi>('hotpocket-studio.hotpocket-studio');
    const { engine, model } = await (await extension?.activate())!.services;
    const defaults = { size: 3, ...SETTINGS };
    const { program } = await engine.deploy({ path: join(project, 'dist'), defaults });
    const figures: Debugging = { arm: [], disarm: [], toStopped: [], stopped: 0, rounds: 0 };

    const recipe = providerFor(program, debugProviders('/hook.js')).recipe(program);
    for (let i = 0; i < runs; i++) {
      const begin = performance.now();
      const lease = await engine.debug({ node: 2, runs: 'read', rounds: 'all', pauseCluster: true, recipe }, () => undefined);
      figures.arm.push(performance.now() - begin);
      const again = performance.now();
      await lease.end();
      figures.disarm.push(performance.now() - again);
    }

    const source = join(project, 'src', 'contract.js');
    const line = readFileSync(source, 'utf8').split('\n').findIndex((text) => text.includes('ctx.users.list()'));
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(vscode.Uri.file(source), new vscode.Position(line, 0)))]);
    let started = NaN;
    model.onEvent((change) => {
      if (change.type !== 'run' || change.node !== 2 || change.phase !== 'started') return;
      started = performance.now();
      figures.rounds++;
    });
    const debugged = new Debugged();
    assert.ok(await vscode.debug.startDebugging(undefined, { type: 'hotpocket', request: 'attach', name: 'bench', node: 2 }));
    // The first one starts VS Code's debugger as well.
    const first = await debugged.stop();
    await first.go();
    figures.rounds = 0;
    for (let i = 0; i < 4 * runs; i++) {
      const stop = await debugged.stop();
      figures.toStopped.push(performance.now() - started);
      figures.stopped++;
      await stop.go();
    }
    figures.rounds = Math.max(figures.rounds, figures.stopped);
    await vscode.debug.stopDebugging();
    debugged.dispose();
    await engine.clean();
    writeFileSync(process.env[FIGURES_VARIABLE] ?? '', JSON.stringify(figures));
  });
});
