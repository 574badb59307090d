// Bundles the programs of this project into dist/. `--watch` rebuilds on change.
import { build, context } from 'esbuild';
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));

/**
 * What only some runs of a program need is a file of its own, loaded when it is used; esbuild would inline it. Module → name in dist/.
 */
const loadedWhenUsed = {
  'src/node/setup/tls.ts': 'certificate',
  'src/cluster/embedded/engine.ts': 'embedded',
  'src/cluster/docker/engine.ts': 'docker',
  'src/client/client.ts': 'client',
  'src/extension/logs/sourceMaps.ts': 'sourceMaps',
  'src/extension/ledgers/ledgers.ts': 'ledgers',
  'src/extension/config/language.ts': 'configLanguage',
  'src/project/createProject.ts': 'createProject',
  'src/diagnose/diagnose.ts': 'diagnose',
};

/** @type {import('esbuild').Plugin} */
const loadWhenUsed = {
  name: 'load-when-used',
  setup(b) {
    b.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      const name = kind === 'dynamic-import' && loadedWhenUsed[relative(root, `${resolve(resolveDir, path)}.ts`)];
      return name ? { path: `./${name}.js`, external: true } : undefined;
    });
  },
};

/**
 * Of `import * as vscode` esbuild makes a copy of VS Code's whole API, once in each of our files, which takes a third of the time of
 * activation. The object itself will do.
 * @type {import('esbuild').Plugin}
 */
const vscodeItself = {
  name: 'vscode-itself',
  setup(b) {
    b.onLoad({ filter: /[/\\]src[/\\]extension[/\\].*\.ts$/ }, async ({ path }) => {
      const contents = (await readFile(path, 'utf8')).replace("import * as vscode from 'vscode';", "import vscode = require('vscode');");
      return { contents, loader: 'ts' };
    });
  },
};

/**
 * What dockerode wants for what is not used here: ssh in JavaScript (the user's own ssh does it), building images, reading folders.
 * @type {import('esbuild').Plugin}
 */
const unused = {
  name: 'unused',
  setup(b) {
    b.onResolve({ filter: /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|tar-fs|@balena\/dockerignore)$/ }, ({ path }) => ({ path, namespace: 'unused' }));
    b.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** @type {import('esbuild').BuildOptions} */
const options = {
  entryPoints: {
    node: 'src/node/main.ts',
    supervisor: 'src/cluster/embedded/supervisor/main.ts',
    cli: 'src/cli/main.ts',
    extension: 'src/extension/extension.ts',
    debugHook: 'src/debug/hook.ts',
    ...Object.fromEntries(Object.entries(loadedWhenUsed).map(([module, name]) => [name, module])),
  },
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  minifySyntax: true,
  // As require(): Node looks through every CommonJS file that is imported for names it may export, which takes longer than to run it.
  supported: { 'dynamic-import': false },
  plugins: [loadWhenUsed, vscodeItself, unused],
  // koffi is native and found at run time; without it the node runs without NPL and control channels, and says so.
  external: ['koffi', 'vscode'],
  // Of its CommonJS form all hashes would be taken over, a quarter of a node's program.
  // jsonc-parser's CommonJS form finds its own parts only where it is installed.
  alias: { 'hash-wasm': join(root, 'node_modules/hash-wasm/dist/index.esm.js'), 'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js') },
  // ws looks for these optional accelerators; ours has none.
  define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
  logLevel: 'warning',
};

/**
 * What runs in containers, with whatever Node.js their image has; sent there every time.
 * @type {import('esbuild').BuildOptions}
 */
const inContainers = { ...options, entryPoints: { debugAgent: 'src/cluster/docker/debug/agent/main.ts', debugContainerHook: 'src/debug/containerHook.ts' }, target: 'node16', minify: true, sourcemap: false };

/** The schemas that package.json names, from the table by which the node reads its configuration. */
async function writeSchemas() {
  const { outputFiles } = await build({ entryPoints: ['src/hotpocket/config/jsonSchema.ts'], absWorkingDir: root, bundle: true, platform: 'node', format: 'esm', write: false });
  const { configSchema, overrideSchema, patchSchema } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
  const folder = join(root, 'dist/schemas');
  await mkdir(folder, { recursive: true });
  const schemas = { 'hp.cfg': configSchema(), 'hp.cfg.override': overrideSchema(), 'patch.cfg': patchSchema() };
  for (const [name, schema] of Object.entries(schemas)) await writeFile(join(folder, `${name}.json`), JSON.stringify(schema));
}

/** What new projects are made of (src/project): the sample is one of them, and says the versions of libraries. */
async function copyTemplates() {
  const [folder, sample] = [join(root, 'dist/templates'), join(root, 'samples/starter')];
  await rm(folder, { recursive: true, force: true });
  await cp(join(root, 'templates'), folder, { recursive: true });
  for (const part of ['src', 'test']) await cp(join(sample, part), join(folder, 'nodejs/starter-contract', part), { recursive: true });
  for (const file of ['src/request.js', 'test/request.test.js']) await cp(join(sample, file), join(folder, 'nodejs/requests', file));
  await cp(join(sample, 'client'), join(folder, 'clients/starter/client'), { recursive: true });
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(sample, 'package.json'), 'utf8'));
  await writeFile(join(folder, 'libraries.json'), JSON.stringify({ dependencies, devDependencies }));
}

await writeSchemas();
await copyTemplates();
if (process.argv.includes('--watch')) for (const one of [options, inContainers]) await (await context(one)).watch();
else {
  await Promise.all([build(options), build(inContainers)]);
  await chmod('dist/cli.js', 0o755);
}
