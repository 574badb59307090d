// What the Docker engine adds to the work of the containers themselves, with a daemon of its own (test/docker/daemon/withDaemon.mjs).
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));

async function* measure({ runs, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'hotpocket-bench-'));
  const results = join(folder, 'results.json');
  try {
    const child = spawn(process.execPath, [join(root, 'test/docker/daemon/withDaemon.mjs'), process.execPath, join(here, 'docker/inside.mjs'), results, String(runs)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
    createInterface(child.stdout).on('line', say);
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (code !== 0) throw new Error(complaint.trim().split('\n').at(-1) || `exit code ${code}`);
    yield* groups(JSON.parse(readFileSync(results, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function* groups({ own, deployed, stops, starts, seen }) {
  const row = (id, name, values, most) => ({ id, name, unit: 's', ...(most !== undefined && { most }), values: values.map((ms) => ms / 1000) });
  yield {
    title: 'three nodes of an image that is there',
    rows: [
      row('docker.create.own', 'the containers\' own work', own),
      row('docker.create.all', 'create and deploy', deployed),
      row('docker.create.added', 'what it adds', deployed.map((ms, i) => ms - own[i]), 2),
    ],
  };
  yield {
    title: 'one node of three',
    rows: [
      row('docker.stop.own', 'docker\'s own stop', stops.map((one) => one.own)),
      row('docker.stop.added', 'what stopping adds', stops.map((one) => one.all - one.own), 0.5),
      row('docker.start.own', 'docker\'s own start', starts.map((one) => one.own)),
      row('docker.start.added', 'what starting adds', starts.map((one) => one.all - one.own), 0.5),
      row('docker.seen', 'killed by somebody else, until it is told', seen, 1),
    ],
  };
}

export const docker = {
  title: 'The Docker engine',
  about: 'On a daemon of its own with our own image, so nodes are ours; a management container stands in for hpdevkit\'s. The containers\' own work is what hpdevkit\'s steps cost at least, through the daemon\'s API, all nodes at once: volume, network, `new`, containers, and starting them until they listen. Of stop and start docker\'s own part is the one call to the daemon.',
  measure,
};
