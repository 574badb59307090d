// Clusters of many nodes in one process, on virtual time.
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** Nodes → rounds that are measured; more where one takes next to no time. */
const SIZES = { 16: 40, 32: 20, 64: 10, 128: 4, 256: 2 };

async function bundled(folder) {
  const outfile = join(folder, 'simulation.cjs');
  await build({ entryPoints: [join(here, 'simulation/measure.ts')], outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs', external: ['koffi'], logLevel: 'warning' });
  return (await import(pathToFileURL(outfile).href)).default;
}

async function* measure({ runs, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'hotpocket-bench-'));
  try {
    const { simulate } = await bundled(folder);
    const sizes = [];
    for (const [size, rounds] of Object.entries(SIZES)) {
      const results = [];
      for (let run = 1; run <= runs; run++) {
        say(`${size} nodes, ${run} of ${runs}`);
        results.push(await simulate(Number(size), run, rounds));
      }
      sizes.push({ size, results });
    }
    const value = ({ results }, key) => results.map((result) => result[key]);
    yield {
      title: 'simulated nodes',
      rows: sizes.flatMap((one) => [
        { id: `simulation${one.size}.rounds`, name: `${one.size} nodes: rounds a second`, unit: '', digits: 1, values: value(one, 'roundsPerSecond') },
        { id: `simulation${one.size}.messages`, name: `${one.size} nodes: messages a round`, unit: '', digits: 0, values: value(one, 'messages') },
      ]),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const simulation = {
  title: 'Simulation',
  about: 'The simulation of the tests: the consensus code of real nodes, all in one process on virtual time, with signatures that cost little; a good network, and one input a round.',
  measure,
};
