// `npm run image [-- --tag NAME]`: makes a small Docker image that stands in for HotPocket's own, without any registry: the Node.js that runs this,
// and dist/node.js under hpcore's name and command line. For tests, and to try a cluster of containers where the real image cannot be had.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from 'tar-stream';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const HOTPOCKET = 'usr/local/bin/hotpocket';
const HPCORE = `#!/bin/sh
exec /usr/bin/node /${HOTPOCKET}/node.js "$@"
`;
/** What contracts' scripts, post_exec.sh, work inside the volume and debugging need, where there is no busybox. */
const TOOLS = ['sh', 'cat', 'chmod', 'cp', 'date', 'echo', 'env', 'head', 'ln', 'ls', 'mkdir', 'mknod', 'mount', 'mv', 'rm', 'sed', 'sleep', 'tail', 'tee', 'touch', 'tr', 'umount'];

/** Files of the image by their path in it. */
class Tree {
  files = new Map();
  links = new Map();
  add(path, content, mode = 0o644) {
    this.files.set(path, { content, mode });
  }
  /** A program of this machine with the libraries it is linked to. */
  addProgram(path, source) {
    this.add(path, readFileSync(source), 0o755);
    for (const library of libraries(source)) this.add(library.slice(1), readFileSync(realpathSync(library)), 0o755);
  }
  addFolder(path, source, wanted = () => true) {
    for (const name of readdirSync(source, { recursive: true })) {
      const file = join(source, name);
      if (statSync(file).isFile() && wanted(file)) this.add(join(path, relative(source, file)), readFileSync(file));
    }
  }
  /** Changes whenever the image would. */
  digest() {
    const hash = createHash('sha256');
    for (const [path, { content, mode }] of [...this.files].sort()) hash.update(`${path} ${mode} `).update(content);
    for (const link of [...this.links].sort()) hash.update(link.join(' '));
    return hash.digest('hex').slice(0, 16);
  }
  archive() {
    const archive = pack();
    const folders = new Set(['tmp', 'run', 'proc', 'sys', 'dev', 'root']);
    for (const path of [...this.files.keys(), ...this.links.keys()]) for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
    for (const name of [...folders].sort()) archive.entry({ name: `${name}/`, type: 'directory', mode: name === 'tmp' ? 0o1777 : 0o755 });
    for (const [name, { content, mode }] of this.files) archive.entry({ name, mode }, content);
    for (const [name, linkname] of this.links) archive.entry({ name, type: 'symlink', linkname });
    archive.finalize();
    return archive;
  }
}

function libraries(program) {
  // A static program has none, and ldd says so with an error.
  const { status, stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return status === 0 ? [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map(([, path]) => path) : [];
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).concat('/bin', '/usr/bin').map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** A shell and the usual small programs: from busybox if there is one, else those of this machine. Says which. */
function addTools(tree) {
  const busybox = onPath('busybox');
  if (busybox) {
    tree.addProgram('bin/busybox', realpathSync(busybox));
    for (const applet of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')) if (applet !== 'busybox') tree.links.set(`bin/${applet}`, 'busybox');
    return `busybox of this machine (${busybox})`;
  }
  for (const name of TOOLS) {
    const file = onPath(name);
    if (!file) throw new Error(`Neither busybox nor ${name} is on the PATH.`);
    tree.addProgram(`bin/${name}`, realpathSync(file));
  }
  return 'sh and coreutils of this machine';
}

function makeTree() {
  const tree = new Tree();
  tree.addProgram('usr/bin/node', realpathSync(process.execPath));
  const tools = addTools(tree);
  tree.add(`${HOTPOCKET}/hpcore`, HPCORE, 0o755);
  for (const name of ['node.js', 'certificate.js']) tree.add(`${HOTPOCKET}/${name}`, readFileSync(join(root, 'dist', name)));
  const koffi = join(root, 'node_modules/koffi');
  tree.addFolder(`${HOTPOCKET}/node_modules/koffi`, koffi, (file) => !/^(vendor|doc)[/\\]/.test(relative(koffi, file)) && /(\.cjs|package\.json|LICENSE\.txt)$/.test(file));
  const binary = `@koromix/koffi-${process.platform}-${process.arch}`;
  const folder = join(root, 'node_modules', binary);
  if (existsSync(folder)) tree.addFolder(`${HOTPOCKET}/node_modules/${binary}`, folder);
  tree.add('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n');
  tree.add('etc/group', 'root:x:0:\nnogroup:x:65534:\n');
  return { tree, tools };
}

/** Makes the image, unless one with the same content is there. Returns its name and whether it was made. */
export async function makeImage({ tag = `hotpocket-studio/node:${version}`, docker }) {
  const { tree, tools } = makeTree();
  const content = tree.digest();
  const there = await docker.getImage(tag).inspect().then(({ Config }) => Config.Labels?.['hotpocket-studio.content'], () => undefined);
  if (there === content) return { tag, tools, made: false };
  const labels = {
    'org.opencontainers.image.title': 'hotpocket-studio-node',
    'org.opencontainers.image.description': "HotPocket Studio's own node under hpcore's command line; not HotPocket's own image.",
    'org.opencontainers.image.version': version,
    'hotpocket-studio.content': content,
    'hotpocket-studio.tools': tools,
  };
  const changes = [
    `ENTRYPOINT ["/${HOTPOCKET}/hpcore"]`,
    // One at a time: Podman takes the rest of a line for the value.
    'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'ENV HOTPOCKET_BIND=0.0.0.0',
    'ENV HOTPOCKET_STAND_IN=1',
    ...Object.entries(labels).map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`),
  ];
  const stream = await docker.importImage(tree.archive(), { repo: tag, changes });
  await new Promise((resolve, reject) => docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())));
  return { tag, tools, made: true };
}

async function main(args) {
  if (process.platform !== 'linux') throw new Error('The image is made of programs of this machine, so only Linux can make it.');
  const { openDocker, findEndpoint } = require('../dist/docker.js');
  const wanted = args.indexOf('--tag');
  const { tag, tools, made } = await makeImage({ docker: openDocker(findEndpoint(process.env), process.env), ...(wanted >= 0 && { tag: args[wanted + 1] }) });
  console.log(`${tag} ${made ? 'was made' : 'is up to date'}: Node.js ${process.version}, ${tools}.`);
  console.log(`To use it: HP_INSTANCE_IMAGE=${tag} hotpocket deploy <path> --engine docker`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
