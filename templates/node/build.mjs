// Bundles the contract with its libraries into dist/, which is what gets deployed. The source map lets a debugger show src/.
import { build } from 'esbuild';
import { copyFileSync, existsSync } from 'node:fs';

await build({
  entryPoints: [existsSync('src/contract.ts') ? 'src/contract.ts' : 'src/contract.js'],
  outfile: 'dist/index.js',
  bundle: true,
  platform: 'node',
  target: 'node16',
  sourcemap: true,
  logLevel: 'warning',
});
copyFileSync('src/hp.cfg.override', 'dist/hp.cfg.override');
