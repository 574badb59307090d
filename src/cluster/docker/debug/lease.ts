import { readFile as readLocalFile } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import type Docker from 'dockerode';
import type { Debuggee, SpawnRecipe } from '../../../base/debugLink';
import { asHotPocketError, HotPocketError } from '../../../base/errors';
import type { DebugEvent, DebugLease, DebugRequest } from '../../engine';
import { hpCfg } from '../cluster';
import { hasStatus } from '../daemon/failures';
import { nodeContainer } from '../names';
import { nodeConfigView, type NodeConfigView } from '../nodeConfigView';
import { readFile } from '../volume';
import { AgentSession } from './agentSession';
import type { AgentOrder, WaitingProcess } from './protocol';

export interface LeaseHost {
  readonly docker: Docker;
  /** Absolute path of the bundled agent. */
  readonly agent: string;
  /** Resolves when something happened to a node's container, or it is time to look. */
  whenChanged(node: number): Promise<void>;
  /** The last ledger of a node, as far as it is known. */
  lastLedger(node: number): Promise<number | undefined>;
  notice(error: HotPocketError, node: number): void;
}

/**
 * Debugging of a node that somebody wants: its container is armed as often as it starts, and armed again when the connection was lost. It ends with
 * `end`, and with this process.
 */
export class DockerDebugLease implements DebugLease {
  private session: AgentSession | undefined;
  private ended = false;
  private runs = 0;
  /** Processes that wait or are debugged: our numbers by the agent's. */
  private readonly open = new Map<number, number>();
  private told = '';

  constructor(private readonly host: LeaseHost, private readonly request: DebugRequest, private readonly onEvent: (event: DebugEvent) => void) {}

  /** Resolves when the node is armed, or waits to be started. Throws DEBUG_NODE_BUSY, DEBUG_PROGRAM_UNKNOWN and DEBUG_CONTAINER_REFUSED. */
  async begin(): Promise<void> {
    await this.arm();
    void this.keep();
  }

  letGo(run: number): void {
    for (const [theirs, ours] of this.open) if (ours === run) this.session?.letGo(theirs);
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.session?.end();
  }

  /** Without a word, as when the process ends. */
  dispose(): void {
    this.ended = true;
    this.session?.dispose();
  }

  private async keep(): Promise<void> {
    for (;;) {
      await (this.session ? this.session.closed : this.host.whenChanged(this.request.node));
      if (this.session) this.endRuns();
      this.session = undefined;
      if (this.ended) return;
      await this.arm().catch((error: unknown) => this.complain(error));
    }
  }

  private async arm(): Promise<void> {
    const { docker } = this.host;
    const { node } = this.request;
    const container = await running(docker, node);
    if (!container || this.ended) return;
    const { bin_path, round_limits } = nodeConfigView((await readFile(docker.getContainer(container), hpCfg(node)))?.text).contract;
    const order = await orderOf(this.request, bin_path);
    const agent = await readLocalFile(this.host.agent);
    const session = await AgentSession.open(docker, { node, container, order, agent }, {
      waiting: (process, address) => void this.announce(process, address, round_limits),
      ended: (run) => this.endRun(run),
    });
    this.told = '';
    this.session = session;
    // Nobody wants it any more.
    if (this.ended) await session.end();
  }

  private async announce({ run: theirs, path: _path, age, ledgerSeqNo, ...facts }: WaitingProcess, address: string, { exec_timeout: limit }: NodeConfigView['contract']['round_limits']): Promise<void> {
    const { node } = this.request;
    const endsAt = limit > 0 ? Date.now() - age + limit : undefined;
    const run = ++this.runs;
    this.open.set(theirs, run);
    const seqNo = ledgerSeqNo ?? (await this.host.lastLedger(node).catch(() => undefined)) ?? 0;
    // It may be gone by now.
    if (this.open.get(theirs) !== run) return;
    const debuggee: Debuggee = { ...facts, run, node, address, ledgerSeqNo: seqNo, ...(endsAt !== undefined && { endsAt }) };
    this.onEvent({ type: 'waiting', debuggee });
  }

  private endRun(theirs: number): void {
    const run = this.open.get(theirs);
    if (run === undefined) return;
    this.open.delete(theirs);
    this.onEvent({ type: 'ended', run });
  }

  private endRuns(): void {
    for (const theirs of [...this.open.keys()]) this.endRun(theirs);
  }

  /** It is tried again and again, which is one trouble. */
  private complain(error: unknown): void {
    const { code } = asHotPocketError(error);
    if (code === this.told || !(error instanceof HotPocketError)) return;
    this.told = code;
    this.host.notice(error as HotPocketError, this.request.node);
  }
}

async function orderOf({ runs, rounds, recipe }: DebugRequest, program: string): Promise<AgentOrder> {
  const { hook, argvPrefix, undebugged } = containerRecipe(recipe);
  // What the contract brings along is part of what is hashed, and nothing can take its place.
  if (!isAbsolute(program)) throw new HotPocketError('DEBUG_PROGRAM_UNKNOWN', { program, known: 'programs of the image, such as /usr/bin/node' });
  return { program, runs, rounds, argvPrefix, undebugged, hook: { name: basename(hook), source: await readLocalFile(hook, 'utf8') } };
}

function containerRecipe({ container }: SpawnRecipe): NonNullable<SpawnRecipe['container']> {
  if (!container) throw new HotPocketError('DEBUG_ENGINE_UNSUPPORTED', {});
  return container;
}

/** Id of a node's container, if it runs. */
async function running(docker: Docker, node: number): Promise<string | undefined> {
  try {
    const { Id, State } = await docker.getContainer(nodeContainer(node)).inspect();
    return State.Running && !State.Restarting && !State.Paused ? Id : undefined;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}
