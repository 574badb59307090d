import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundle, type Bundles } from '../harness/bundle';
import { hostVsCode, type HostVsCode } from '../harness/hostVsCode';
import { ended, processesOf, run } from '../harness/processes';
import { runHost } from '../harness/runHost';
import { Scratch } from '../harness/scratch';
import { packSample, sampleFolder } from './sample';

const scratch = new Scratch();
let passing: Bundles;
let failing: Bundles;
let vscode: HostVsCode;

beforeAll(async () => {
  [passing, failing] = await Promise.all([bundle(join(import.meta.dirname, 'suite')), bundle(join(import.meta.dirname, 'failing'))]);
  vscode = await hostVsCode(passing.code, console.log);
  // From here on everything that is started carries this scratch's mark and keeps its files in it.
  Object.assign(process.env, scratch.env);
});

afterAll(async () => {
  passing.dispose();
  failing.dispose();
  await scratch.dispose();
});

afterEach(() => {
  expect(processesOf(scratch.id)).toEqual([]);
  expect(readdirSync(scratch.folder).filter((name) => !name.endsWith('.vsix'))).toEqual([]);
});

describe('tests in the extension host', () => {
  it('run against the folder of an extension', async () => {
    const run = { vscode, extension: sampleFolder, suites: passing.suites, settings: { 'editor.tabSize': 3 }, env: { SAMPLE_VARIABLE: 'given' } };
    expect(await runHost(run)).toEqual({ passed: 3, skips: ['a suite that passes is skipped'], failures: [] });
  });

  it('run against a packed extension, and fail when one of them does', async () => {
    const extension = await packSample(scratch.folder);
    expect(await runHost({ vscode, extension, suites: failing.suites })).toMatchObject({ passed: 1, skips: [], failures: [{}, {}] });
  });

  it('fail when VS Code cannot run them', async () => {
    const tally = await runHost({ vscode, extension: sampleFolder, suites: join(scratch.folder, 'nothing.js') });
    expect(tally).toMatchObject({ passed: 0, failures: [{ name: expect.stringContaining('failed') as string }] });
  });
});

describe('the stand-in for code', () => {
  // While the browser starts, and when the window is there.
  it.each([['SIGINT', 130, 3], ['SIGTERM', 143, 10]] as const)('leaves nothing behind when %s ends it', async (signal, code, processes) => {
    const child = spawn(passing.code, ['--extensionDevelopmentPath', sampleFolder, scratch.folder]);
    await expect.poll(() => processesOf(scratch.id).length, { timeout: 60_000 }).toBeGreaterThan(processes);
    child.kill(signal);
    expect(await ended(child)).toBe(code);
  });

  it('knows its version and its extensions', async () => {
    expect(await run(passing.code, ['--version'])).toMatch(/^1\.\d+\.\d+\n$/);
    expect(await run(passing.code, ['--list-extensions'])).toBe('\n');
  });
});
