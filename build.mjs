// Bundles the programs of this project into dist/. `--watch` rebuilds on change.
import { build, context } from 'esbuild';

const programs = {
  node: 'src/node/main.ts',
  supervisor: 'src/cluster/embedded/supervisor/main.ts',
  cli: 'src/cli/main.ts',
};

/** @type {import('esbuild').BuildOptions} */
const options = {
  entryPoints: programs,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  minifySyntax: true,
  // koffi is native and found at run time; without it the node runs without NPL and control channels, and says so.
  external: ['koffi'],
  // ws looks for these optional accelerators; ours has none.
  define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
  logLevel: 'warning',
};

if (process.argv.includes('--watch')) await (await context(options)).watch();
else await build(options);
