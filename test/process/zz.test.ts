import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFileSync, cpSync } from 'node:fs';
import { CliCluster, until } from './support/cliCluster';
import { FAST, nodeContract } from './support/contracts';
import { User } from './support/users';
const SIZE = Number(process.env.ZSIZE ?? 3), TURNS = Number(process.env.ZTURNS ?? 25), BASE = Number(process.env.ZBASE ?? 18331);
const NODES = Array.from({ length: SIZE }, (_, i) => i + 1);
const cluster = new CliCluster({ size: SIZE, userPort: BASE, peerPort: BASE + 15000 });
beforeAll(async () => { await cluster.deploy(await nodeContract(cluster, 'slow', FAST)); });
afterAll(() => cluster.dispose());
const rnd = (n: number) => Math.floor(Math.random() * n);
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
it('survives', async () => {
  const accepted: string[] = []; const tried: string[] = [];
  let stop = false;
  const feeders = [1, Math.min(2, SIZE)].map(async (node, f) => {
    let user = await User.connect(cluster, node).catch(() => undefined);
    for (let i = 0; !stop; i++) {
      if (!user) { await sleep(500); user = await User.connect(cluster, node).catch(() => undefined); continue; }
      const text = `f${f} i${i}`;
      try { tried.push(text); const [p] = await user.submit(text); const s = await Promise.race([p, sleep(15_000)]); if (s && s.status === 'accepted') accepted.push(text); }
      catch { await user.close().catch(() => undefined); user = undefined; }
      await sleep(rnd(600));
    }
    await user?.close().catch(() => undefined);
  });
  const t0 = Date.now();
  const say: string[] = [];
  for (let t = 0; t < TURNS; t++) {
    await sleep(500 + rnd(2500));
    const pids = new Map<number, number>();
    for (const n of (await cluster.status()).nodes) if ('pid' in n.state) pids.set(n.node, n.state.pid);
    const kind = rnd(10);
    if (kind < 5) { const k = NODES[rnd(SIZE)]!; const pid = pids.get(k); say.push(`${Date.now() - t0} kill ${k}`); if (pid) try { process.kill(pid, 'SIGKILL'); } catch {} }
    else if (kind < 7) { say.push(`${Date.now() - t0} kill all`); for (const pid of pids.values()) try { process.kill(pid, 'SIGKILL'); } catch {} }
    else if (kind < 9) { const k = NODES[rnd(SIZE)]!; say.push(`${Date.now() - t0} stop/start ${k}`); await cluster.run('stop', String(k)); await sleep(rnd(3000)); await cluster.run('start', String(k)); }
    else { say.push(`${Date.now() - t0} kill supervisor`); try { process.kill(await cluster.supervisor(), 'SIGKILL'); } catch {} await sleep(rnd(2000)); say.push(JSON.stringify((await cluster.run('start')).stderr)); }
    if (rnd(3) === 0) { await cluster.run('start'); try { await cluster.advance(NODES, 1, 40_000); } catch (e) { keep(); throw new Error(`${say.join('\n')}\n${String(e)}`); } }
  }
  stop = true; await Promise.all(feeders);
  await cluster.run('start');
  function keep() { cpSync(cluster.home, '/tmp/zzkeep', { recursive: true, force: true, filter: (s) => !s.endsWith('.sock') }); }
  try {
    await cluster.advance(NODES, 2, 60_000);
    for (const n of NODES) {
      const { runs, inputs } = await until('settled', 20_000, () => { const l = cluster.last(n); const idle = () => cluster.log(n).includes(`run ${l} ends\n`) && cluster.last(n) === l; if (!idle()) return undefined; const r = { runs: cluster.stateFile(n, 'runs.txt'), inputs: cluster.stateFile(n, 'inputs.txt') }; return idle() ? r : undefined; });
      const rl = runs.trimEnd().split('\n');
      expect(rl, `runs ${n}`).toEqual(rl.map((_, i) => String(i + 1)));
      const il = inputs.trimEnd().split('\n');
      expect(il.length, `dups ${n}: ${il.filter((x, i) => il.indexOf(x) !== i).join()}`).toBe(new Set(il).size);
      expect(accepted.filter((a) => !il.includes(a)), `lost on ${n}`).toEqual([]);
    }
    console.log('OK', accepted.length, 'of', tried.length, 'ledger', cluster.last(1), say.join(' | '));
  } catch (e) { keep(); console.log(say.join('\n')); throw e; }
}, 900_000);
