import { describe, expect, it } from 'vitest';
import type { Debuggee } from '../../../src/base/debugLink';
import { NodeJsProvider } from '../../../src/debug/nodejs';
import { debugProviders, providerFor } from '../../../src/debug/providers';
import { withSourceMap } from '../../../src/debug/sourceMapBuild';

const program = (binPath: string) => ({ binPath, binArgs: 'index.js' });
const debuggee: Debuggee = { run: 1, node: 2, pid: 4711, address: 'ws://127.0.0.1:40123/abc', kind: 'consensus', ledgerSeqNo: 12, inputs: 1, cwd: '/home/node2/state' };
const options = { contractFolder: '/my project/dist', projectFolder: '/my project', stopOnEntry: false };

describe('which debugger', () => {
  const providers = debugProviders('/hook.js');

  it.each(['/usr/bin/node', 'node', '/opt/n/bin/nodejs', 'C:\\node\\node.exe'.replaceAll('\\', '/')])('Node.js for %s', (path) => {
    expect(providerFor(program(path), providers).label).toBe('Node.js');
  });

  it.each(['/usr/bin/python3', 'index.js', './nodes', '/bin/sh'])('none for %s, which is said', (path) => {
    expect(() => providerFor(program(path), providers)).toThrow(expect.objectContaining({ code: 'DEBUG_PROGRAM_UNKNOWN', details: { program: path, known: 'Node.js' } }));
  });
});

describe('attaching to Node.js', () => {
  const provider = new NodeJsProvider('/hook.js');

  it('names the copies that a node runs by the files that were deployed', () => {
    expect(provider.attach(debuggee, options)).toMatchObject({
      type: 'pwa-node', request: 'attach', name: 'Ledger 12 · node 2 · process 4711', address: '127.0.0.1', port: 40123, websocketAddress: 'ws://127.0.0.1:40123/abc',
      localRoot: '/my project/dist', remoteRoot: '/home/node2/state', continueOnAttach: true, autoAttachChildProcesses: false,
      skipFiles: ['<node_internals>/**', '**/node_modules/hotpocket-nodejs-contract/**', '/hook.js', '**/debugContainerHook.js'],
    });
  });

  it('takes over what the author wrote', () => {
    const written = { stopOnEntry: true, sourceMaps: false, outFiles: ['/x/*.js'], resolveSourceMapLocations: null, skipFiles: ['/y/**'] };
    expect(provider.attach({ ...debuggee, kind: 'read' }, { ...options, ...written })).toMatchObject({
      name: 'Read request after ledger 12 · node 2 · process 4711', continueOnAttach: false, sourceMaps: false, outFiles: ['/x/*.js'], resolveSourceMapLocations: null, skipFiles: ['/y/**', '/hook.js', '**/debugContainerHook.js'],
    });
  });

  it('adds nothing to the environment', () => {
    expect(provider.recipe()).not.toHaveProperty('env');
    expect(provider.recipe()).not.toHaveProperty('executable');
  });
});

describe('a build with a source map', () => {
  it.each([
    ['npx ncc build src/contract.js -o dist', 'npx ncc build -s src/contract.js -o dist'],
    ['rm -rf dist && npx ncc build a.js -o dist && cp hp.cfg.override dist/', 'rm -rf dist && npx ncc build -s a.js -o dist && cp hp.cfg.override dist/'],
    ['esbuild src/a.ts --bundle --outfile=dist/index.js', 'esbuild --sourcemap src/a.ts --bundle --outfile=dist/index.js'],
    ['tsc -p .', 'tsc --sourceMap -p .'],
    ['tsc --sourceMap -p . && ncc build dist/a.js', 'tsc --sourceMap -p . && ncc build -s dist/a.js'],
  ])('of %s', (script, changed) => {
    expect(withSourceMap(script)).toBe(changed);
  });

  it.each(['node build.mjs', 'webpack', 'ncc build -s a.js', 'ncc build a.js --source-map', 'esbuild a.js --sourcemap=inline', 'tsc --inlineSourceMap', 'my-tsc'])('is not known for %s', (script) => {
    expect(withSourceMap(script)).toBeUndefined();
  });
});
