import { join, resolve } from 'node:path';
import type { Debuggee } from '../../src/base/debugLink';
import type { ClusterEngine, ClusterStatus, DebugEvent, DebugLease, DebugRequest } from '../../src/cluster/engine';
import { debugProviders, providerFor } from '../../src/debug/providers';
import { InspectorClient, type Stopped } from './inspectorClient';
import { until } from './until';

export const programs = process.env.HOTPOCKET_TEST_PROGRAMS ?? resolve(__dirname, '../../dist');

/** A process that stands at a breakpoint. `entry`: where it stood first. */
export interface Stop { readonly debuggee: Debuggee; readonly client: InspectorClient; readonly stopped: Stopped; readonly entry: Stopped }

/** What the extension orders for a cluster's contract. */
export function debugRequest({ program }: ClusterStatus, request: Partial<DebugRequest> & { readonly node: number }): DebugRequest {
  const recipe = providerFor(program, debugProviders(join(programs, 'debugHook.js'))).recipe(program);
  return { runs: 'consensus', rounds: 'withInputs', pauseCluster: true, recipe, ...request };
}

/** Debugs one node of a cluster as the extension does, but by the bare inspector protocol: attaches to each process it is told of. */
export class TestDebugger<E extends ClusterEngine = ClusterEngine> {
  readonly debuggees: Debuggee[] = [];
  readonly ended: number[] = [];
  private readonly clients: InspectorClient[] = [];
  private readonly stops: Stop[] = [];
  private lease: DebugLease | undefined;

  private constructor(readonly engine: E, private readonly breakpoints: readonly { readonly urlRegex: string; readonly lineNumber: number }[]) {}

  /** The engine is its own from now on. `breakpoints`: texts of lines of the deployed index.js, which is `source`. */
  static async arm<E extends ClusterEngine>(engine: E, source: string, request: Partial<DebugRequest> & { readonly node: number }, breakpoints: readonly string[] = []): Promise<TestDebugger<E>> {
    const lines = source.split('\n');
    const found = breakpoints.map((text) => ({ urlRegex: 'index\\.js$', lineNumber: lines.findIndex((line) => line.includes(text)) }));
    if (found.some(({ lineNumber }) => lineNumber < 0)) throw new Error(`Not all of ${breakpoints.join(', ')} are in the contract.`);
    const status = await engine.status();
    if (!status) throw new Error('There is no cluster.');
    const tester = new TestDebugger(engine, found);
    try {
      tester.lease = await engine.debug(debugRequest(status, request), (event) => void tester.onEvent(event));
    } catch (error) {
      engine.dispose();
      throw error;
    }
    return tester;
  }

  /** The next process that stops at a breakpoint. */
  stop(): Promise<Stop> {
    return until('a process to stop at a breakpoint', 30_000, () => this.stops.shift(), () => `Processes: ${JSON.stringify(this.debuggees)}`);
  }

  async disarm(): Promise<void> {
    await this.lease?.end();
  }

  /** As a window that is closed: without a word. */
  dispose(): void {
    for (const client of this.clients) client.close();
    this.engine.dispose();
  }

  private async onEvent(event: DebugEvent): Promise<void> {
    if (event.type === 'ended') return void this.ended.push(event.run);
    const { debuggee } = event;
    this.debuggees.push(debuggee);
    const client = await InspectorClient.attach(debuggee.address, this.breakpoints).catch(() => undefined);
    if (!client) return;
    this.clients.push(client);
    const entry = await client.begin();
    void (async () => {
      for (;;) this.stops.push({ debuggee, client, entry, stopped: await client.stopped() });
    })();
  }
}
