// Bundles the contract with its libraries into dist/, which is what gets deployed. The source map lets a debugger show src/.
import { build } from 'esbuild';
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
await build({
  entryPoints: [join(here, 'src/contract.js')],
  outfile: join(here, 'dist/index.js'),
  bundle: true,
  platform: 'node',
  target: 'node16',
  sourcemap: true,
  logLevel: 'warning',
});
copyFileSync(join(here, 'src/hp.cfg.override'), join(here, 'dist/hp.cfg.override'));
