import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock';
import { codedLine, errorText, HotPocketError } from '../base/errors';
import type { HpConfig } from '../hotpocket/config';
import { parseRunAs, type ContractPaths } from '../hotpocket/config';
import type { Hex } from '../hotpocket/hash';
import type { UserOutput } from '../hotpocket/outputs';
import type { Ledger } from '../hotpocket/ledger';
import type { RunInputs } from './consensus/types';
import type { ContractOutput } from './contract/consoleOutput';
import { ContractLog } from './contract/contractLog';
import type { NplRouter } from './contract/npl';
import { giveTo, shutOutBy } from './contract/ownership';
import { startPostExec } from './contract/postExec';
import type { RunOptions } from './contract/runOptions';
import { RunWatch } from './contract/runWatch';
import { startContract } from './contract/startContract';
import type { ContractProgram, ContractRun, RunContext } from './contract/types';
import { DebuggedOutput } from './debug/debuggedOutput';
import type { Debugging, DebuggedRun } from './debug/debugging';
import { report } from './facts';
import { writeRunRecord } from './ledger/runRecord';
import { ConsoleRotation } from './log/consoleRotation';
import type { NodeLog } from './log/nodeLog';
import type { NewAnnouncement } from './mesh/messages';
import { ArgumentsWatch } from './profile/argumentsWatch';
import type { RoundProfiler } from './profile/roundProfiler';
import type { StateStore } from './state/store';

export interface ExecutionHost {
  readonly paths: ContractPaths;
  readonly runRecordFile: string;
  readonly state: StateStore;
  readonly npl: NplRouter;
  readonly log: NodeLog;
  readonly clock: Clock;
  readonly debugging: Debugging;
  readonly profiler: RoundProfiler;
  config(): HpConfig;
  /** What patch.cfg holds. */
  patch(): Uint8Array;
  /** Hash of the patch that hp.cfg stands for, once it is written. */
  configured(): Promise<Hex>;
  activeOn(pubkey: Hex): number;
  /** Number of the last ledger. */
  lastSeqNo(): number;
  sendNpl(message: NewAnnouncement): void;
  /** A control message of the contract, as text. */
  control(text: string): void;
}

/** What a completed run left: what it sent, and the state after it. */
export interface Executed {
  readonly stateHash: Hex;
  readonly outputs: readonly UserOutput[];
}

/** Runs the contract: once a ledger on the state itself, and for read requests on copies of it (reference 5.3, 7). */
export class Executions {
  /** What runs on the state itself: the contract, or its script after it. */
  private current: Pick<ContractRun, 'kill'> & { readonly done: Promise<unknown> } | undefined;
  private readonly reads = new Set<ContractRun>();
  /** Making the last state restorable; nothing may change the state before that is done. Resolves with what to do again if it failed. */
  private keeping: Promise<(() => Promise<void>) | undefined> = Promise.resolve(undefined);
  /** Writing the record of a completed run. */
  private recording: Promise<void> = Promise.resolve();
  private stopped = false;
  private readonly tempDir: string;
  private readonly console: ConsoleRotation;
  private readonly contractLog: ContractLog | undefined;
  private readonly argumentsWatch: ArgumentsWatch;

  constructor(private readonly host: ExecutionHost) {
    this.argumentsWatch = new ArgumentsWatch(host.clock);
    this.tempDir = join(host.paths.contractFs, 'tmp');
    rmSync(this.tempDir, { recursive: true, force: true });
    mkdirSync(this.tempDir, { recursive: true, mode: 0o700 });
    const { enable, max_mbytes_per_file, max_file_count } = host.config().contract.log;
    if (enable) this.contractLog = new ContractLog(host.paths.contractLog, max_mbytes_per_file * 1024 * 1024, max_file_count);
    this.console = new ConsoleRotation(host.paths.log, host.log);
    this.console.rotateIfLarge();
    this.giveState(true);
  }

  /**
   * Resolves with undefined if the run was cut short because the node stops: it is done again after the next start. Rejects if the disk is
   * full or broken, so that the state cannot be made restorable or the contract not be given its inputs: the node can only end, and do the run when it starts again.
   */
  async run(ledger: Ledger, users: readonly RunInputs[]): Promise<Executed | undefined> {
    const { host } = this;
    const { profiler } = host;
    const keepAgain = await this.keeping;
    if (this.stopped) return undefined;
    await keepAgain?.();
    const context = this.context({
      readonly: false,
      timestamp: ledger.time,
      ledger: { seqNo: ledger.seqNo, hash: ledger.hash },
      users: users.map(({ pubkey, payloads }) => ({ pubkey, inputs: payloads })),
    });
    const inputs = users.reduce((sum, { payloads }) => sum + payloads.length, 0);
    const debugged = await host.debugging.plan({ kind: 'consensus', ledgerSeqNo: ledger.seqNo, inputs, stateDir: host.paths.state });
    if (this.stopped) return void debugged?.ended();
    if (debugged) profiler.debugged();
    profiler.enter('start');
    this.giveState(false);
    const output = this.contractLog?.begin(ledger);
    const hadState = host.state.exists;
    const process = this.start(context, host.paths.state, ledger.seqNo, { debugged, output });
    this.current = process;
    host.npl.begin({ seqNo: ledger.seqNo, hash: ledger.hash }, process);
    const result = await process.done;
    host.npl.end();
    if (result.diskFailure) throw result.diskFailure;
    if (result.notStarted) profiler.exited();
    const succeeded = this.stopped || result.signal !== undefined || (await this.postExec(ledger, output));
    this.current = undefined;
    output?.close();
    this.rotateConsole();
    if (this.stopped) return undefined;
    const outputs = succeeded ? result.outputs : [];
    profiler.enter('hash');
    if (hadState && !host.state.exists) host.state.makeFolder();
    const { hash: stateHash } = host.state.scan();
    profiler.scanned(host.state.lastScan);
    profiler.enter('record');
    const record = { ledgerSeqNo: ledger.seqNo, ledgerHash: ledger.hash, stateHash, outputs, patch: host.patch() };
    this.recording = host.configured().then((configured) => writeRunRecord(host.runRecordFile, { ...record, configured }));
    await this.recording;
    profiler.enter('wait');
    // A node that stops meanwhile does so when it starts again.
    if (!this.stopped) this.keep();
    return { stateHash, outputs };
  }

  /** Runs what the contract left to be run after it. False if that failed. */
  private async postExec(ledger: Ledger, output: ContractOutput | undefined): Promise<boolean> {
    const { host } = this;
    const script = startPostExec(this.program(), ledger, { ...this.runOptions(host.paths.state, output), events: {} });
    if (!script) return true;
    this.current = script;
    const success = await script.done;
    if (!success && !this.stopped) {
      host.log.err('Consensus contract execution failed.');
      host.log.err('Error occured when closing ledger');
    }
    return success;
  }

  /** What the contract sends to the user, or undefined if it can't be run now. */
  async read(pubkey: Hex, content: Uint8Array): Promise<readonly Uint8Array[] | undefined> {
    if (this.stopped) return undefined;
    const { clock, profiler } = this.host;
    const begin = clock.elapsed();
    const snapshot = await this.host.state.snapshot();
    try {
      const context = this.context({ readonly: true, timestamp: 0, users: [{ pubkey, inputs: [content] }] });
      const ledgerSeqNo = this.host.lastSeqNo();
      const debugged = await this.host.debugging.plan({ kind: 'read', ledgerSeqNo, inputs: 1, stateDir: snapshot.dir });
      if (this.stopped) return void debugged?.ended();
      const process = this.start(context, snapshot.dir, ledgerSeqNo, { debugged });
      this.reads.add(process);
      const result = await process.done;
      this.reads.delete(process);
      this.rotateConsole();
      if (!debugged) profiler.read(clock.elapsed() - begin);
      return this.stopped ? undefined : (result.outputs[0]?.messages ?? []);
    } finally {
      snapshot.release();
    }
  }

  /** The state after `ledger` is what it is without a run of ours, as it came from peers or was deployed: a later start must not go back behind it, nor take more for it. */
  stateReplaced(ledger: Ledger, stateHash: Hex): void {
    this.keep(() => writeRunRecord(this.host.runRecordFile, { ledgerSeqNo: ledger.seqNo, ledgerHash: ledger.hash, stateHash, outputs: [] }));
  }

  /** Makes the state as it is restorable, and ready for read requests. */
  keep(before: () => Promise<void> = () => Promise.resolve()): void {
    const { state, profiler, log } = this.host;
    const say = (error: unknown): void => log.err(`Contract state could not be kept: ${errorText(error)}`);
    const again = async (): Promise<void> => {
      await before();
      // It may have been changed by hand, and counts as it is.
      state.scan();
      await state.keep();
    };
    this.keeping = before()
      .then(() => profiler.beside('keep', () => state.keep()))
      .then(
        () => profiler.beside('snapshot', () => state.prepareSnapshot()).catch(say).then(() => undefined),
        (error: unknown) => {
          say(error);
          return again;
        },
      );
  }

  /** Ends what runs. No run starts after this. */
  async stop(): Promise<void> {
    this.stopped = true;
    const running = [...this.reads, ...(this.current ? [this.current] : [])];
    for (const process of running) process.kill();
    await Promise.all(running.map((process) => process.done));
    await Promise.allSettled([this.keeping, this.recording]);
    rmSync(this.tempDir, { recursive: true, force: true });
  }

  private giveState(thorough: boolean): void {
    const { paths } = this.host;
    const owner = parseRunAs(this.host.config().contract.run_as);
    if (!owner) return;
    giveTo(owner, [paths.state, paths.patchCfg], thorough);
    const folder = thorough && process.geteuid?.() === 0 ? shutOutBy(owner, paths.state) : undefined;
    if (folder === undefined) return;
    this.host.log.wrn(codedLine(new HotPocketError('CONTRACT_RUN_AS_SHUT_OUT', { uid: owner.uid, folder })));
  }

  private rotateConsole(): void {
    if (!this.current && this.reads.size === 0) this.console.rotateIfLarge();
  }

  private start(context: RunContext, stateDir: string, ledgerSeqNo: number, { debugged, output }: { debugged?: DebuggedRun | undefined; output?: ContractOutput | undefined }): ContractRun {
    const { host } = this;
    const kind = context.readonly ? 'read' : 'consensus';
    let pid = 0;
    const program = this.program();
    const copies = debugged ? new DebuggedOutput(debugged.recipe.announcement, (address) => debugged.announced(pid, address), output) : output;
    // Whoever debugs a run knows that it lasts.
    const watch = debugged ? undefined : new RunWatch(
      { ledger: context.ledger?.seqNo, roundTime: host.config().contract.consensus.roundtime, execTimeoutMs: program.limits.execTimeoutMs, kill: () => process.kill() },
      host.clock, host.log, () => this.console.overflow(),
    );
    const process = startContract(program, context, {
      ...this.runOptions(stateDir, copies),
      ...(debugged && { recipe: debugged.recipe }),
      events: {
        started: (started, argumentsRead) => {
          pid = started;
          if (kind === 'consensus') this.profileStart(argumentsRead);
          report({ type: 'run', phase: 'started', kind, ledgerSeqNo, pid });
        },
        looked: () => {
          watch?.look();
          return kind === 'consensus' ? this.argumentsWatch.look() : undefined;
        },
        exited: () => {
          watch?.end();
          if (kind === 'consensus') this.profileExit();
        },
        npl: (data) => {
          const message = host.npl.outgoing(data);
          if (message) host.sendNpl(message);
        },
        control: (data) => host.control(Buffer.from(data).toString()),
      },
    });
    void process.done.then(() => {
      watch?.end();
      if (watch?.flood) {
        // Where its author looks: the log that is full is put aside.
        this.console.rotateIfLarge();
        host.log.wrn(codedLine(watch.flood));
      }
      if (debugged) copies?.close();
      debugged?.ended();
      report({ type: 'run', phase: 'ended', kind, ledgerSeqNo, pid });
    });
    return process;
  }

  private profileStart(argumentsRead: (() => boolean) | undefined): void {
    const { profiler } = this.host;
    profiler.executed();
    if (argumentsRead) this.argumentsWatch.begin(argumentsRead, (at) => profiler.readArguments(at));
  }

  private profileExit(): void {
    this.argumentsWatch.end();
    this.host.profiler.exited();
  }

  private runOptions(stateDir: string, output: ContractOutput | undefined): Omit<RunOptions, 'events'> {
    return { ...(output ? { output } : {}), stateDir, log: this.host.log, clock: this.host.clock, nodeExecutable: globalThis.process.execPath, tempDir: this.tempDir };
  }

  private context(run: Pick<RunContext, 'readonly' | 'timestamp' | 'ledger' | 'users'>): RunContext {
    const { node, contract } = this.host.config();
    return {
      contractId: contract.id,
      publicKey: node.public_key,
      privateKey: node.private_key,
      unl: contract.unl.map((pubkey) => ({ pubkey, activeOn: this.host.activeOn(pubkey) })),
      ...run,
    };
  }

  private program(): ContractProgram {
    const { contract } = this.host.config();
    const runAs = parseRunAs(contract.run_as);
    const limits = contract.round_limits;
    return {
      binPath: contract.bin_path,
      binArgs: contract.bin_args,
      environment: contract.environment,
      ...(runAs ? { runAs } : {}),
      limits: {
        execTimeoutMs: limits.exec_timeout, userOutputBytes: limits.user_output_bytes, nplOutputBytes: limits.npl_output_bytes,
        resources: { cpuSeconds: limits.proc_cpu_seconds, memoryBytes: limits.proc_mem_bytes, openFiles: limits.proc_ofd_count },
      },
    };
  }
}
