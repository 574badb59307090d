// Bundles the programs of this project into dist/. `--watch` rebuilds on change.
import { build, context } from 'esbuild';
import { chmod } from 'node:fs/promises';

/** What only some runs of a program need is a file of its own, loaded when it is used; esbuild would inline it. */
const separate = { certificate: 'src/node/setup/tls.ts' };

/** @type {import('esbuild').Plugin} */
const loadWhenUsed = {
  name: 'load-when-used',
  setup(b) {
    b.onResolve({ filter: /^\.\/tls$/ }, ({ kind }) => (kind === 'dynamic-import' ? { path: './certificate.js', external: true } : undefined));
  },
};

/** @type {import('esbuild').BuildOptions} */
const options = {
  entryPoints: {
    node: 'src/node/main.ts',
    supervisor: 'src/cluster/embedded/supervisor/main.ts',
    cli: 'src/cli/main.ts',
    ...separate,
  },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  minifySyntax: true,
  plugins: [loadWhenUsed],
  // koffi is native and found at run time; without it the node runs without NPL and control channels, and says so.
  external: ['koffi'],
  // ws looks for these optional accelerators; ours has none.
  define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
  logLevel: 'warning',
};

if (process.argv.includes('--watch')) await (await context(options)).watch();
else {
  await build(options);
  await chmod('dist/cli.js', 0o755);
}
