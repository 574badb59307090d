import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../../src/extension/extension';
import { FIGURES_VARIABLE, type Activation } from './variables';

const SETTLING_MS = 6_000;
/** A small one of VS Code's own, which waits for a task or a command as ours does then. */
const COMPARED = 'vscode.grunt';

describe('activation', () => {
  it('is measured', async () => {
    await setTimeout(SETTLING_MS);
    const extension = vscode.extensions.getExtension<ExtensionApi>('hotpocket-studio.hotpocket-studio');
    assert.equal(extension?.isActive, false);
    const begin = performance.now();
    const api = await extension.activate();
    const activated = performance.now() - begin;
    await api.services;
    const ready = performance.now() - begin - activated;
    const compared = vscode.extensions.getExtension(COMPARED);
    assert.equal(compared?.isActive, false);
    const again = performance.now();
    await compared.activate();
    const figures: Activation = { name: `VS Code ${vscode.version}`, activated, ready, compared: performance.now() - again };
    writeFileSync(process.env[FIGURES_VARIABLE] ?? '', JSON.stringify(figures));
  });
});
