import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameTargets } from '../../../src/extension/logs/frameTargets';
import { findFrames, type Frame } from '../../../src/extension/logs/stackFrames';

const starter = resolve(__dirname, '../../../samples/starter');

describe('findFrames', () => {
  const found = (text: string): [string, string, number, number | undefined][] => findFrames(text).map(({ start, end, path, line, column }) => [text.slice(start, end), path, line, column]);

  it.each([
    ['    at answer (/home/x/node1/contract_fs/seed/state/index.js:714:9)', '/home/x/node1/contract_fs/seed/state/index.js', 714, 9],
    ['    at /home/x/state/index.js:7:9', '/home/x/state/index.js', 7, 9],
    ['    at async /home/x/state/index.js:7:9', '/home/x/state/index.js', 7, 9],
    ['    at async Object.run [as go] (/home/x/a (1) ü/index.js:7:9)', '/home/x/a (1) ü/index.js', 7, 9],
    ['    at /home/x/a (1)/index.js:7:9', '/home/x/a (1)/index.js', 7, 9],
    ['    at new Thing (file:///home/a%20b/state/index.mjs:7:9)', '/home/a b/state/index.mjs', 7, 9],
    ['    at f (index.js:7:9)', 'index.js', 7, 9],
    ['    at ./src/f.ts:7:9', './src/f.ts', 7, 9],
    ['node 3 |     at f (/x/index.js:7:9)', '/x/index.js', 7, 9],
    ['/home/a b/state/index.js:714', '/home/a b/state/index.js', 714, undefined],
    ['node 12 | file:///x/index.mjs:714', '/x/index.mjs', 714, undefined],
  ])('finds the place in %j', (text, path, line, column) => {
    const all = `20261123 12:00:00.000 [inf][hpc] before\n${text}\nafter\n`;
    const [frame, ...others] = found(all);
    expect(others).toEqual([]);
    expect(frame?.slice(1)).toEqual([path, line, column]);
    expect(text).toContain(frame?.[0]);
  });

  it.each([
    '    at node:internal/main/run_main_module:28:49',
    '    at Module._compile (node:internal/modules/cjs/loader:1554:14)',
    '    at async Promise.all (index 0)',
    '    at eval (eval at f (/x/index.js:1:2), <anonymous>:1:1)',
    '    at new Promise (<anonymous>)',
    'meet me at home (tomorrow:10:30)',
    '20261123 12:00:00.000 [inf][hpc] Started listening for user connections on 8081',
    'Ledger 5: 2 user(s) at 10:20:30',
  ])('finds none in %j', (text) => expect(found(text)).toEqual([]));
});

describe('FrameTargets', () => {
  let root: string;
  beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'hp söurce '))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** The sample contract with an error in it, built as its own script does, and deployed to a node's state. */
  function failingContract(options: { sourcemap?: true | 'inline'; map?: (map: { sources: string[] }) => void } = {}) {
    const project = join(root, 'my cöntract');
    cpSync(join(starter, 'src'), join(project, 'src'), { recursive: true });
    writeFileSync(join(project, 'package.json'), '{}');
    const file = join(project, 'src/store.js');
    const source = readFileSync(file, 'utf8').replace('exports.write = (text) => ', "exports.write = (text) => {\n  throw new Error('thrown on purpose');\n};\nexports.other = (text) => ");
    writeFileSync(file, source);
    writeFileSync(join(project, 'src/fail.js'), "require('./store').write('x');\n");
    const contractPath = join(project, 'dist');
    buildSync({ entryPoints: [join(project, 'src/fail.js')], outfile: join(contractPath, 'index.js'), bundle: true, platform: 'node', sourcemap: options.sourcemap ?? true });
    if (options.map) {
      const map = JSON.parse(readFileSync(join(contractPath, 'index.js.map'), 'utf8')) as { sources: string[] };
      options.map(map);
      writeFileSync(join(contractPath, 'index.js.map'), JSON.stringify(map));
    }
    const state = join(root, 'node1/contract_fs/seed/state');
    cpSync(contractPath, state, { recursive: true });
    const line = source.split('\n').findIndex((text) => text.includes('thrown on purpose')) + 1;
    return { project, contractPath, state, thrown: { path: file, line, column: 9 }, source };
  }

  const printed = (cwd: string, ...args: string[]): string => spawnSync(process.execPath, [...args, 'index.js'], { cwd, encoding: 'utf8' }).stderr;
  const framesIn = (text: string): Frame[] => findFrames(text);

  it('leads from what a deployed bundle printed to the source', async () => {
    const { contractPath, state, thrown, project } = failingContract();
    const targets = new FrameTargets(() => ({ contractPath, stateDirs: [state] }));
    const text = printed(state);
    const found = await Promise.all(framesIn(text).map((frame) => targets.find(frame)));
    expect(found).toContainEqual(thrown);
    expect(found).toContainEqual({ path: join(project, 'src/fail.js'), line: 1, column: 20 });
    // The line above the error has no column.
    const [uncaught] = framesIn(text).filter(({ column }) => column === undefined);
    expect(await targets.find(uncaught!)).toMatchObject({ path: thrown.path, line: thrown.line });
  });

  it('does so for a copy of the state that a read request ran in, and for relative paths', async () => {
    const { contractPath, state, thrown } = failingContract();
    const targets = new FrameTargets(() => ({ contractPath, stateDirs: [state] }));
    const copy = join(root, 'node1/contract_fs/ro/3/state');
    cpSync(state, copy, { recursive: true });
    const [frame] = framesIn(printed(copy)).filter(({ column }) => column !== undefined);
    expect(frame?.path).toBe(join(copy, 'index.js'));
    expect(await targets.find(frame!)).toEqual(thrown);
    rmSync(dirname(copy), { recursive: true });
    expect(await targets.find(frame!)).toEqual(thrown);
    expect(await targets.find({ ...frame!, path: './index.js' })).toEqual(thrown);
  });

  it('reads a map that is inside the file', async () => {
    const { contractPath, state, thrown } = failingContract({ sourcemap: 'inline' });
    const targets = new FrameTargets(() => ({ contractPath, stateDirs: [state] }));
    const [frame] = framesIn(printed(state)).filter(({ column }) => column !== undefined);
    expect(await targets.find(frame!)).toEqual(thrown);
  });

  it.each(['webpack://my-contract/./src/', '../webpack://my-contract/./src/', 'webpack:///src/'])('understands sources that a bundler names %s', async (prefix) => {
    const { contractPath, state, thrown } = failingContract({ map: (map) => (map.sources = map.sources.map((source) => source.replace('../src/', prefix))) });
    const targets = new FrameTargets(() => ({ contractPath, stateDirs: [state] }));
    const [frame] = framesIn(printed(state)).filter(({ column }) => column !== undefined);
    expect(await targets.find(frame!)).toEqual(thrown);
  });

  it('follows what ran when the folder was built again since', async () => {
    const { contractPath, state, thrown } = failingContract();
    const targets = new FrameTargets(() => ({ contractPath, stateDirs: [state] }));
    const [frame] = framesIn(printed(state)).filter(({ column }) => column !== undefined);
    execFileSync('sh', ['-c', 'printf "%s\\n" "// built anew" | cat - "$1" > "$1.new" && mv "$1.new" "$1" && rm "$1.map"', 'sh', join(contractPath, 'index.js')]);
    expect(await targets.find(frame!)).toEqual(thrown);
  });

  it('follows a contract that applies its map itself', async () => {
    const { contractPath, state, thrown } = failingContract();
    const targets = new FrameTargets(() => ({ contractPath, stateDirs: [state] }));
    const found = await Promise.all(framesIn(printed(state, '--enable-source-maps')).map((frame) => targets.find(frame)));
    expect(found).toContainEqual(thrown);
  });

  it('opens the deployed file without a map, without the source, or with a map that is none', async () => {
    const { contractPath, state, project } = failingContract();
    const targets = new FrameTargets(() => ({ contractPath, stateDirs: [state] }));
    const [frame] = framesIn(printed(state)).filter(({ column }) => column !== undefined);
    const deployed = { path: join(contractPath, 'index.js'), line: frame!.line, column: frame!.column };
    rmSync(join(project, 'src'), { recursive: true });
    expect(await targets.find(frame!)).toEqual(deployed);
    for (const folder of [contractPath, state]) writeFileSync(join(folder, 'index.js.map'), 'no map');
    expect(await targets.find(frame!)).toEqual(deployed);
    for (const folder of [contractPath, state]) rmSync(join(folder, 'index.js.map'));
    expect(await targets.find(frame!)).toEqual(deployed);
    rmSync(contractPath, { recursive: true });
    expect(await targets.find(frame!)).toEqual({ ...deployed, path: join(state, 'index.js') });
    rmSync(state, { recursive: true });
    expect(await targets.find(frame!)).toBeUndefined();
  });

  it('opens other files as they are', async () => {
    const targets = new FrameTargets(() => ({ stateDirs: [] }));
    mkdirSync(join(root, 'lib'));
    writeFileSync(join(root, 'lib/a.js'), '');
    expect(await targets.find({ start: 0, end: 1, path: join(root, 'lib/a.js'), line: 2, column: 3 })).toEqual({ path: join(root, 'lib/a.js'), line: 2, column: 3 });
    expect(await targets.find({ start: 0, end: 1, path: join(root, 'lib/b.js'), line: 2 })).toBeUndefined();
  });
});
