import type { LedgerInfo } from '../../src/base/ledgers';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HotPocketClient, generateKeyPair } from '../../src/client/client';
import type { ClusterChange, ClusterDefaults, ClusterEngine, ClusterStatus, NodeStatusInfo } from '../../src/cluster/engine';
import { listFiles } from '../../src/cluster/stateFiles';
import { noteLog } from './said';

/** What the tests need to know of an engine. */
export interface EngineUnderTest {
  /** Another client of the same cluster, as a window or a terminal has one. */
  open(): ClusterEngine;
  readonly defaults: ClusterDefaults;
  /** Ends a node's process without asking it. */
  kill(status: NodeStatusInfo): Promise<void>;
}

const PATIENCE_MS = 45_000;
const ROUND_MS = 1000;
const NODES = [1, 2, 3];
/** How soon a change that somebody else made must show. */
const SOON_MS = 1000;

/** Says its name, what the node alone has, and which run of this contract it is; writes to both streams. What its link leads to is no part of the state. */
const CONTRACT = `#!/bin/sh
n=0
if [ -f count ]; then read n < count; fi
n=$((n + 1))
echo $n > count
[ -L keys ] || ln -s ../../../cfg keys 2> /dev/null
own=nothing
if [ -f ../own.txt ]; then read own < ../own.txt; fi
echo "NAME run $n own $own"
echo "NAME complains $n" >&2
`;


/** The behaviour of every ClusterEngine: these tests run unchanged on each of them. */
export function describeEngine(name: string, make: () => Promise<EngineUnderTest>): void {
  describe.sequential(`the ${name} engine`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'hotpocket bündles '));
    const opened: ClusterEngine[] = [];
    let under: EngineUnderTest;
    let engine: ClusterEngine;

    const open = (): ClusterEngine => {
      const another = under.open();
      opened.push(another);
      return another;
    };

    beforeAll(async () => {
      under = await make();
      engine = open();
      await engine.clean().catch(() => undefined);
    });
    afterAll(async () => {
      for (const node of await logsOfAll().catch(() => [])) noteLog(node);
      await engine.clean().catch(() => undefined);
      for (const one of opened) one.dispose();
      rmSync(folder, { recursive: true, force: true });
    });

    /** A contract folder; objects become JSON. */
    function bundle(contract: string, files: Readonly<Record<string, string | object>> = {}, section: object = {}): string {
      const root = join(folder, contract);
      rmSync(root, { recursive: true, force: true });
      const override = { contract: { bin_path: 'contract.sh', bin_args: '', consensus: { roundtime: ROUND_MS }, ...section } };
      for (const [path, content] of Object.entries({ 'contract.sh': CONTRACT.replaceAll('NAME', contract), 'hp.cfg.override': override, ...files })) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content), { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
      }
      return root;
    }

    const deploy = (path: string, by = engine, signal?: AbortSignal, progress?: (message: string) => void): Promise<ClusterStatus> => by.deploy({ path, defaults: under.defaults }, { ...(signal && { signal }), ...(progress && { progress }) });

    async function status(): Promise<ClusterStatus> {
      const found = await engine.status();
      if (!found) throw new Error('There is no cluster.');
      return found;
    }
    const states = async (): Promise<string[]> => (await status()).nodes.map(({ state }) => state.kind);

    async function log(node: number, options: { readonly tail?: number; readonly sinceStart?: boolean } = {}): Promise<string> {
      let text = '';
      await engine.logs(node, { ...options, follow: false }, (part) => (text += part));
      return text;
    }
    const logsOfAll = async (): Promise<string[]> => Promise.all((await status()).nodes.map(({ node }) => log(node)));

    async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
      for (const deadline = Date.now() + PATIENCE_MS; ; ) {
        const found = await look();
        if (found !== undefined) return found;
        if (Date.now() > deadline) throw new Error(`Waited ${PATIENCE_MS} ms for ${what}.\n${JSON.stringify(await engine.status(), null, 1)}\n${(await logsOfAll()).map((text) => text.slice(-1500)).join('\n---\n')}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }

    /** Resolves once all the nodes are in step at this ledger or a later one, and returns it. */
    const inStep = (nodes: readonly number[], atLeast = 1): Promise<number> => until(`nodes ${nodes.join(', ')} in step at ledger ${atLeast}`, async () => {
      const chosen = (await status()).nodes.filter(({ node }) => nodes.includes(node));
      const ledgers = chosen.map(({ ledger, voteStatus }) => (voteStatus === 'synced' ? (ledger?.seqNo ?? 0) : 0));
      return Math.min(...ledgers) >= atLeast && Math.max(...ledgers) - Math.min(...ledgers) <= 1 ? Math.min(...ledgers) : undefined;
    });

    const said = (node: number, pattern: RegExp, options: { readonly sinceStart?: boolean } = {}): Promise<string> => until(`node ${node} to say ${pattern}`, async () => {
      const text = await log(node, options);
      return pattern.test(text) ? text : undefined;
    });

    /** Ledgers by number, of what a node's log holds. */
    const ledgersIn = (text: string): Map<string, string> => new Map([...text.matchAll(/Ledger created\*\*\*\* \(lcl:(\d+)-([0-9a-f]{8})/g)].map(([, seqNo = '', hash = '']) => [seqNo, hash]));

    describe('without a cluster', () => {
      it('shows none, and says so to whoever wants to change it', async () => {
        expect(await engine.status()).toBeUndefined();
        const commands = [() => engine.start(), () => engine.stop(1), () => engine.spawn(), () => engine.clean(), () => engine.logs(1, { follow: false }, () => undefined)];
        for (const command of commands) await expect(command()).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
      });

      it('refuses what cannot be deployed, and there is still none', async () => {
        await expect(deploy(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
        await expect(engine.deploy({ path: bundle('many'), defaults: { ...under.defaults, size: 0 } })).rejects.toMatchObject({ code: 'INVALID_CLUSTER_SIZE' });
        await expect(deploy(bundle('broken', { 'hp.cfg.override': '{' }))).rejects.toMatchObject({ code: 'OVERRIDE_INVALID' });
        expect(await engine.status()).toBeUndefined();
      });

      it('leaves none when a deployment is cancelled while it creates the cluster', async () => {
        const cancel = new AbortController();
        const told: string[] = [];
        const deployment = deploy(bundle('cancelled'), engine, cancel.signal, (message) => {
          told.push(message);
          if (message.startsWith('Creating')) cancel.abort();
        });
        await expect(deployment).rejects.toMatchObject({ code: 'CANCELLED' });
        expect(told).toContain("Creating 'default' cluster of size 3");
        expect(await engine.status()).toBeUndefined();
      });
    });

    describe('a deployment', () => {
      let contractId: string;
      let keys: string[];

      it('creates the cluster and starts all nodes', async () => {
        const path = bundle('first', { 'disparate/2/own.txt': 'a key\n', 'data/deep/file.txt': 'x' });
        const told: string[] = [];
        const cluster = await deploy(path, engine, undefined, (message) => told.push(message));
        expect(told).toEqual(expect.arrayContaining(["Creating 'default' cluster of size 3", 'Applying hp.cfg overrides', 'Copying the contract to 3 nodes', 'Starting 3 nodes']));
        expect(cluster).toMatchObject({ name: 'default', engine: engine.kind, contractPath: path, roundTime: ROUND_MS, clockBehind: 0, program: { binPath: 'contract.sh', binArgs: '' }, quorum: { needed: 3, of: 3, tolerates: 0 } });
        const { userPortBegin, peerPortBegin } = under.defaults;
        for (const [i, node] of cluster.nodes.entries()) {
          expect(node).toMatchObject({ node: i + 1, state: { kind: 'running' }, role: 'validator', inUnl: true, userPort: userPortBegin + i, peerPort: peerPortBegin + i });
          expect(node.publicKey).toMatch(/^ed[0-9a-f]{64}$/);
        }
        contractId = cluster.contractId;
        keys = cluster.nodes.map(({ publicKey }) => publicKey);
        expect(new Set(keys).size).toBe(3);
      });

      it('makes nodes that agree on ledgers and run the contract', async () => {
        await inStep(NODES, 3);
        const [one, two, three] = (await Promise.all(NODES.map((node) => said(node, /first run 2 /)))).map(ledgersIn) as [Map<string, string>, Map<string, string>, Map<string, string>];
        for (const [seqNo, hash] of one) expect([two.get(seqNo) ?? hash, three.get(seqNo) ?? hash]).toEqual([hash, hash]);
        await said(1, /first run 1 own nothing\n/);
        await said(2, /first run 1 own a key\n/);
        await said(3, /first complains 2\n/);
      });

      it('shows the files of a state, and nothing besides', async () => {
        const files = engine.stateFiles(3);
        expect(await listFiles(files, 100)).toEqual(['contract.sh', 'count', 'data/deep/file.txt']);
        expect([...(await files.list(''))].sort((a, b) => a.name.localeCompare(b.name))).toEqual([{ name: 'contract.sh', isFolder: false }, { name: 'count', isFolder: false }, { name: 'data', isFolder: true }]);
        expect(await files.stat('data/deep/file.txt')).toMatchObject({ isFolder: false, size: 1 });
        expect((await files.stat('count'))?.changedAt).toBeGreaterThan(Date.now() - 600_000);
        expect((await files.stat('data/deep'))?.isFolder).toBe(true);
        for (const path of ['nothing', '../patch.cfg', '../../../cfg/hp.cfg', 'keys', 'keys/hp.cfg', 'data/../keys/hp.cfg']) expect([await files.stat(path), await files.list(path), await files.read(path)]).toEqual([undefined, [], undefined]);
        const text = async (node: number): Promise<string> => Buffer.from((await engine.stateFiles(node).read('data/deep/file.txt')) ?? []).toString();
        expect(await Promise.all([1, 3].map(text))).toEqual(['x', 'x']);
      });

      it('tells where its rounds are spent, or that it cannot', async () => {
        if (!engine.capabilities.profiling) {
          await expect(engine.roundProfiles(1)).rejects.toMatchObject({ code: 'PROFILE_ENGINE_UNSUPPORTED' });
          return;
        }
        for (const node of NODES) {
          const [round] = await engine.roundProfiles(node);
          expect(round).toMatchObject({ roundTime: ROUND_MS, debugged: false });
          // It writes a file.
          expect(round?.files?.hashed).toBeGreaterThan(0);
        }
      });

      it('tells its last ledgers, older ones, and what is in one', async () => {
        const events: LedgerInfo[] = [];
        const listening = engine.onDidChange((change) => change.type === 'ledger' && change.ledger && events.push(change.ledger));
        const [newest] = await until('the last ledgers', async () => {
          const found = await engine.ledgers({ count: 2 });
          return found.length === 2 ? found : undefined;
        }) as [LedgerInfo];
        const { seqNo } = newest;
        const all = await engine.ledgers({ before: seqNo + 1, count: 200, contents: true });
        expect(all.map((ledger) => ledger.seqNo)).toEqual(Array.from({ length: seqNo }, (_, i) => seqNo - i));
        for (const [i, ledger] of all.slice(0, -1).entries()) expect(ledger.prevHash).toBe(all[i + 1]?.hash);
        const logged = ledgersIn(await said(1, new RegExp(`lcl:${seqNo}-`)));
        expect(newest.hash.slice(0, 8)).toBe(logged.get(String(seqNo)));
        expect(newest).toMatchObject({ inputs: 0, time: expect.any(Number) as number, stateHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
        expect(all[0]?.contents?.inputs).toEqual([]);
        expect((await engine.ledgers({ before: 3, count: 1 })).map((ledger) => ledger.seqNo)).toEqual([2]);
        expect(await engine.ledgers({ before: 1, count: 5 })).toEqual([]);
        const told = await until('an event of a ledger with its hashes', () => Promise.resolve(events.find(({ prevHash }) => prevHash !== undefined)));
        expect((await engine.ledgers({ before: told.seqNo + 1, count: 1 }))[0]).toMatchObject({ seqNo: told.seqNo, hash: told.hash, time: told.time });
        listening.dispose();
      });

      it('makes links and clocks bad on purpose, or says that it cannot', async () => {
        const faults = { links: [{ from: [1], to: [2], delay: [1, 5] as const }] };
        if (!engine.capabilities.faults) {
          await expect(engine.setFaults(faults)).rejects.toMatchObject({ code: 'FAULTS_ENGINE_UNSUPPORTED' });
          return;
        }
        await engine.setFaults(faults);
        expect((await status()).faults).toEqual(faults);
        await engine.setFaults({});
        expect((await status()).faults).toBeUndefined();
      });

      it('switches when its rounds start, or says that it cannot', async () => {
        expect((await status()).rounds).toBe('grid');
        if (!engine.capabilities.eagerRounds) {
          await expect(engine.setRounds('eager')).rejects.toMatchObject({ code: 'ROUNDS_ENGINE_UNSUPPORTED' });
        } else {
          await engine.setRounds('eager');
          expect((await status()).rounds).toBe('eager');
        }
        await engine.setRounds('grid');
        expect((await status()).rounds).toBe('grid');
      });

      it('serves users', async () => {
        const { nodes } = await status();
        const client = new HotPocketClient({ url: `wss://localhost:${nodes[1]!.userPort}`, keys: generateKeyPair(), protocol: 'json', nodeKeys: [nodes[1]!.publicKey], trustedKeys: keys });
        const identity = await client.connect();
        expect(identity).toMatchObject({ contractId, publicKey: nodes[1]!.publicKey, unl: [...keys].sort() });
        const { status: outcome } = await client.submitInput('hello');
        expect(await outcome).toMatchObject({ status: 'accepted' });
        await client.close();
      });

      it('replaces contract and ledgers later, and keeps keys, contract id and overrides', async () => {
        const path = bundle('second', { 'hp.cfg.override': { contract: { environment: { A: 'b' } } } });
        const cluster = await deploy(path);
        expect(cluster).toMatchObject({ contractId, contractPath: path, roundTime: ROUND_MS, program: { binPath: 'contract.sh' } });
        expect(cluster.nodes.map(({ publicKey }) => publicKey)).toEqual(keys);
        await inStep(NODES);
        const text = await said(2, /second run 1 own nothing\n/, { sinceStart: true });
        expect([...ledgersIn(text).keys()][0]).toBe('1');
        expect(text).not.toContain('first run');
      });

      it.each([['BUNDLE_NOT_FOUND', () => join(folder, 'nowhere')], ['OVERRIDE_INVALID', () => bundle('bad', { 'hp.cfg.override': { contract: { consensus: { roundtime: 0 } } } })]] as const)('that fails with %s changes nothing', async (code, path) => {
        const before = await status();
        await expect(deploy(path())).rejects.toMatchObject({ code });
        const after = await status();
        expect(after.contractPath).toBe(before.contractPath);
        expect(after.nodes.map(({ state }) => state)).toEqual(before.nodes.map(({ state }) => state));
        await inStep(NODES, Math.max(...before.nodes.map(({ ledger }) => ledger?.seqNo ?? 0)) + 1);
      });

      it.each(['Copying', 'Stopping'])('that is cancelled (%s) leaves a whole cluster', async (step) => {
        const before = (await status()).contractPath;
        const path = bundle(`cancelled while ${step}`);
        const outcome = async (): Promise<string> => {
          const cancel = new AbortController();
          return deploy(path, engine, cancel.signal, (message) => (message.startsWith(step) ? cancel.abort() : undefined)).then(() => 'done', (error: { code: string }) => error.code);
        };
        // On a busy machine it may be done when the wish comes.
        const outcomes = [await outcome()];
        while (outcomes.at(-1) === 'done' && outcomes.length < 5) outcomes.push(await outcome());
        expect(outcomes.at(-1), outcomes.join()).toBe('CANCELLED');
        await inStep(NODES);
        expect([before, path]).toContain((await status()).contractPath);
        expect(await states()).toEqual(['running', 'running', 'running']);
      });

      it('by two at once leaves the contract of one of them on all nodes', async () => {
        const other = open();
        const paths = [bundle('left'), bundle('right')];
        await Promise.all([deploy(paths[0]!), deploy(paths[1]!, other)]);
        await inStep(NODES);
        const { contractPath } = await status();
        expect(paths).toContain(contractPath);
        for (const node of NODES) await said(node, contractPath === paths[0] ? /left run 1 / : /right run 1 /, { sinceStart: true });
        expect(await states()).toEqual(['running', 'running', 'running']);
      });
    });

    describe('nodes', () => {
      it('are stopped and started one by one; the others wait, and all go on', async () => {
        const before = await inStep(NODES);
        await engine.stop(3);
        expect(await states()).toEqual(['running', 'running', 'stopped']);
        await until('the others to miss a vote', async () => ((await status()).nodes.slice(0, 2).every(({ voteStatus, votes }) => voteStatus === 'unreliable' && votes?.received === 2 && votes.needed === 3) ? true : undefined));
        await engine.start(3);
        await inStep(NODES, before + 1);
      });

      it('are stopped and started all together, and keep their ledgers', async () => {
        const before = await inStep(NODES);
        await engine.stop();
        expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);
        expect(Number(Buffer.from((await engine.stateFiles(3).read('count')) ?? []))).toBeGreaterThan(0);
        await engine.start();
        await inStep(NODES, before + 1);
      });

      it('may be asked for what they are already', async () => {
        await Promise.all([engine.start(), engine.start(2)]);
        await engine.stop(2);
        await engine.stop(2);
        expect(await states()).toEqual(['running', 'stopped', 'running']);
        await engine.start();
        await expect(engine.stop(7)).rejects.toMatchObject({ code: 'NODE_NOT_FOUND' });
        await expect(engine.start(7)).rejects.toMatchObject({ code: 'NODE_NOT_FOUND' });
        await expect(engine.logs(7, { follow: false }, () => undefined)).rejects.toMatchObject({ code: 'NODE_NOT_FOUND' });
      });

      it('that are killed come back, by themselves or when they are started', async () => {
        const before = await inStep(NODES);
        const state = async (): Promise<unknown> => (await status()).nodes[0]?.state;
        const first = await state();
        await under.kill((await status()).nodes[0]!);
        await until('node 1 to be down', async () => (isDeepStrictEqual(await state(), first) ? undefined : true));
        await engine.start(1);
        await inStep(NODES, before + 1);
      });
    });

    describe('logs', () => {
      it('begin where they are asked to', async () => {
        await engine.stop(1);
        await engine.start(1);
        const whole = await said(1, /Started listening for user connections/, { sinceStart: true });
        expect(whole).toMatch(/^\d{8} [\d:.]{12} \[inf\]\[hpc\] HotPocket /);
        expect(whole.match(/\] HotPocket /g)).toHaveLength(1);
        await engine.stop(1);
        const tail = await log(1, { tail: 3 });
        expect(tail.split('\n')).toHaveLength(4);
        expect((await log(1)).endsWith(tail)).toBe(true);
        await engine.start(1);
        await inStep(NODES);
      });

      it('are followed across restarts, without a line lost or told twice', async () => {
        const end = new AbortController();
        let text = '';
        const following = engine.logs(1, { tail: 1, follow: true, signal: end.signal }, (part) => (text += part));
        await until('the log to be followed', () => Promise.resolve(text === '' ? undefined : true));
        for (let turn = 1; turn <= 2; turn++) {
          await engine.stop(1);
          await engine.start(1);
          // The first process of a container hears no signal before it asks for it: stopped any sooner it would be killed.
          await until('node 1 to be up', () => Promise.resolve(text.match(/Started listening for user connections/g)?.length === turn ? true : undefined));
        }
        const at = await inStep(NODES, (await inStep(NODES)) + 1);
        // The contract's own lines come after that of the ledger that it runs on.
        const awaited = [/(left|right) run \d+/, /(left|right) complains \d+/];
        // hpcore says nothing of ledgers that it took over from others.
        const isThere = (): boolean => [...ledgersIn(text).keys()].some((seqNo) => Number(seqNo) >= at);
        await until('the followed log to be there', () => Promise.resolve(isThere() && awaited.every((line) => line.test(text)) ? true : undefined));
        end.abort();
        await following;
        const whole = await log(1);
        expect(text.match(/hpcore exited due to signal/g)).toHaveLength(2);
        // What was followed is a part of the whole, as it is.
        expect(whole).toContain(text.slice(0, text.lastIndexOf('\n') + 1));
      });
    });

    describe('changes', () => {
      it('that others make are told within a second', async () => {
        const watcher = open();
        const changes: ClusterChange[] = [];
        const subscription = watcher.onDidChange((change) => changes.push(change));
        const told = async (what: string, match: (change: ClusterChange) => boolean): Promise<void> => {
          await until(what, () => Promise.resolve(changes.some(match) ? true : undefined));
        };
        await told('ledgers', ({ type }) => type === 'ledger');
        const nodeIs = (kind: string) => (change: ClusterChange): boolean => change.type === 'node' && change.node.node === 2 && change.node.state.kind === kind;
        await engine.stop(2);
        const stopped = Date.now();
        await told('node 2 to stop', nodeIs('stopped'));
        expect(Date.now() - stopped).toBeLessThan(SOON_MS);
        changes.length = 0;
        await engine.start(2);
        const started = Date.now();
        await told('node 2 to run', (change) => nodeIs('running')(change) || nodeIs('starting')(change));
        expect(Date.now() - started).toBeLessThan(SOON_MS);
        await told('the others to be unreliable or synced again', (change) => change.type === 'node' && change.node.voteStatus === 'synced');
        subscription.dispose();
      });
    });

    describe('a spawned node', () => {
      it('follows the cluster without a vote', async () => {
        const before = await inStep(NODES);
        const added = await engine.spawn();
        const { userPortBegin, peerPortBegin } = under.defaults;
        expect(added).toMatchObject({ node: 4, inUnl: false, userPort: userPortBegin + 3, peerPort: peerPortBegin + 3 });
        await inStep([...NODES, 4], before + 1);
        expect((await status()).quorum).toEqual({ needed: 3, of: 3, tolerates: 0 });
        const four = ledgersIn(await log(4));
        const one = ledgersIn(await log(1));
        for (const [seqNo, hash] of four) expect(hash).toBe(one.get(seqNo) ?? hash);
      });

      it('gets the next contract as the others do', async () => {
        await deploy(bundle('third'));
        await inStep([...NODES, 4]);
        await said(4, /third run 1 /, { sinceStart: true });
      });
    });

    describe('cleaning', () => {
      it('ends followed logs, and leaves nothing', async () => {
        const watcher = open();
        const changes: ClusterChange[] = [];
        watcher.onDidChange((change) => changes.push(change));
        await until('the watcher to see the cluster', () => Promise.resolve(changes.length > 0 ? true : undefined));
        let text = '';
        const following = engine.logs(2, { tail: 1, follow: true }, (part) => (text += part));
        await until('the followed log to begin', () => Promise.resolve(text === '' ? undefined : true));
        const { nodes, deleted } = await engine.clean();
        expect(nodes).toBe(4);
        expect(deleted.length).toBeGreaterThanOrEqual(5);
        await following;
        expect(await engine.status()).toBeUndefined();
        await until('the watcher to hear of it', () => Promise.resolve(changes.some((change) => change.type === 'cluster' && !change.exists) ? true : undefined));
        await expect(engine.clean()).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
      });
    });
  });
}
