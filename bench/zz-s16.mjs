import { BenchCluster, sleep, sampleContract } from './cluster.mjs';
import { watchRounds } from './skipped.mjs';
import { readFileSync } from 'node:fs';
const N = Number(process.argv[2] ?? 16), kind = process.argv[3] ?? 'sh', rt = Number(process.argv[4] ?? 2000), rounds = Number(process.argv[5] ?? 15);
const cpu = (pid) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' '); return { own: 10 * (Number(f[11]) + Number(f[12])), kids: 10 * (Number(f[13]) + Number(f[14])) }; };
await BenchCluster.with(N, async (c) => {
  await c.deploy(kind === 'sh' ? c.bundle({ 'contract.sh': 'cat > /dev/null\n' }, { bin_path: '/bin/sh', bin_args: 'contract.sh', consensus: { roundtime: rt } }) : c.bundle(sampleContract(), { bin_path: '/usr/bin/node', bin_args: 'index.js', consensus: { roundtime: rt } }));
  await sleep(6000);
  const pids = c.status().nodes.map(({ state }) => state.pid);
  const a = pids.map(cpu), t = Date.now();
  const skipped = await watchRounds(c, rounds, rt);
  const b = pids.map(cpu), dt = Date.now() - t;
  const sum = (k) => b.reduce((s, x, i) => s + x[k] - a[i][k], 0) / (dt / rt);
  console.log({ N, kind, rt, skipped, ownCpuPerRound: sum('own').toFixed(0), kidsCpuPerRound: sum('kids').toFixed(0), perNode: (sum('own') / N).toFixed(1) });
});
