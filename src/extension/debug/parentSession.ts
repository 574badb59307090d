import * as vscode from 'vscode';
import type { Debuggee } from '../../base/debugLink';
import type { Disposable } from '../../base/disposables';
import { asHotPocketError } from '../../base/errors';
import { durationText } from '../../base/quantities';
import type { ClusterEngine, ClusterStatus, DebugEvent, DebugLease, NodeState } from '../../cluster/engine';
import type { DebugProvider } from '../../debug/provider';
import { isInside } from '../../project/contractFolders';
import { holdText } from '../model/words';
import { startChild } from './childSession';
import type { ResolvedConfiguration } from './configuration';

interface Request { readonly seq: number; readonly type: string; readonly command: string; readonly arguments?: Readonly<Record<string, unknown>> }
interface Breakpoints { readonly source?: { readonly path?: string }; readonly breakpoints?: readonly { readonly line: number }[] }

const THREAD = 1;

/**
 * The session that lasts from F5 until it is stopped. It debugs nothing itself: it has the node's contract processes wait for a debugger,
 * starts a session of VS Code's own debugger for each of them, and tells of the rounds in the debug console.
 */
export class ParentSession implements vscode.DebugAdapter {
  private readonly messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.messages.event;
  private readonly begun = new Map<number, { readonly at: number; readonly endsAt?: number }>();
  private lease: DebugLease | undefined;
  private sequence = 0;
  private ended = false;
  private last: Debuggee | undefined;
  /** Whether its node runs. */
  private nodeRuns = true;
  private readonly changes: Disposable;

  constructor(private readonly session: vscode.DebugSession, private readonly configuration: ResolvedConfiguration, private readonly engine: ClusterEngine, private readonly provider: DebugProvider) {
    this.changes = engine.onDidChange((change) => change.type === 'node' && change.node.node === configuration.node && this.onNode(change.node.state));
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    const request = message as Request;
    if (request.type !== 'request') return;
    this.handle(request).then(
      (body) => this.send({ type: 'response', request_seq: request.seq, command: request.command, success: true, body }),
      (error: unknown) => {
        const { message: text, remedy } = asHotPocketError(error);
        this.send({ type: 'response', request_seq: request.seq, command: request.command, success: false, message: text, body: { error: { id: 1, format: `${text} ${remedy}`, showUser: true } } });
      },
    );
  }

  dispose(): void {
    this.ended = true;
    this.changes.dispose();
    void this.lease?.end();
    this.messages.dispose();
  }

  private async handle({ command, arguments: given }: Request): Promise<unknown> {
    switch (command) {
      case 'initialize':
        setImmediate(() => this.event('initialized'));
        return { supportsConfigurationDoneRequest: true };
      case 'attach':
      case 'launch':
        return this.begin();
      case 'setBreakpoints':
        return { breakpoints: this.breakpoints(given) };
      case 'threads':
        return { threads: [{ id: THREAD, name: this.threadName() }] };
      case 'stackTrace':
        return { stackFrames: [], totalFrames: 0 };
      case 'disconnect':
        this.ended = true;
        // What is being debugged runs on.
        await this.lease?.end();
        return undefined;
      default:
        return undefined;
    }
  }

  /** Between rounds there is nobody else to say so: those in the contract's project will be tried in every process. */
  private breakpoints({ source, breakpoints = [] }: Breakpoints = {}): object[] {
    const { contract, project } = this.configuration;
    const path = source?.path;
    const inContract = path !== undefined && [contract, project].some((folder) => isInside(path, folder));
    const message = vscode.l10n.t('This file is not part of the contract that is being debugged.');
    return breakpoints.map(({ line }) => (inContract ? { verified: true, line } : { verified: false, line, message }));
  }

  private async begin(): Promise<void> {
    const { node, runs = 'consensus', rounds = 'all', pauseCluster = true } = this.configuration;
    const status = await this.engine.status();
    const recipe = this.provider.recipe(status?.program ?? { binPath: '', binArgs: '' });
    this.lease = await this.engine.debug({ node, runs, rounds, pauseCluster, recipe }, (event) => this.onEvent(event));
    // Stopped before it began.
    if (this.ended) return this.lease.end();
    this.print(vscode.l10n.t('Debugging node {0}: waiting for its contract to be started.', node));
    if (!this.engine.capabilities.stopsClock) this.warn(status, node);
    else if (!pauseCluster) this.print(vscode.l10n.t('The cluster goes on while the contract is paused; the node falls behind.'));
  }

  /** What a pause does is said before there is one. */
  private warn(status: ClusterStatus | undefined, node: number): void {
    if (status) this.print(holdText(status, node, vscode.l10n));
    this.print(vscode.l10n.t('When debugging stops, the contract runs on. Do not end its process: a contract that others wait for may leave the nodes on different ledgers, which only a deployment mends.'));
  }

  private onEvent(event: DebugEvent): void {
    if (event.type === 'ended') return this.onEnded(event.run);
    const { debuggee } = event;
    this.last = debuggee;
    this.begun.set(debuggee.run, { at: Date.now(), ...(debuggee.endsAt !== undefined && { endsAt: debuggee.endsAt }) });
    this.print(this.headline(debuggee));
    this.event('invalidated', { areas: ['threads'] });
    void startChild(this.session, this.provider.attach(debuggee, this.attachOptions())).then((attached) => {
      if (attached) return;
      this.lease?.letGo(debuggee.run);
      if (!this.ended) this.print(vscode.l10n.t('No debugger could be attached to process {0}, so it runs on without one.', debuggee.pid), 'stderr');
    });
  }

  /** Else nothing would tell why no process comes any more. */
  private onNode(state: NodeState): void {
    const { node } = this.configuration;
    const runs = state.kind === 'running';
    if (runs === this.nodeRuns || state.kind === 'starting' || state.kind === 'stopping' || this.ended) return;
    this.nodeRuns = runs;
    this.print(runs ? vscode.l10n.t('Node {0} runs again.', node) : vscode.l10n.t('Node {0} does not run now. Its contract is debugged again once it is started.', node));
  }

  private onEnded(run: number): void {
    const begun = this.begun.get(run);
    this.begun.delete(run);
    if (begun) this.print(vscode.l10n.t('… ended after {0}', durationText(Date.now() - begun.at)));
    if (begun?.endsAt !== undefined && Date.now() >= begun.endsAt) this.print(vscode.l10n.t('HotPocket killed it because its time was over: exec_timeout of contract.round_limits in hp.cfg.override.'), 'stderr');
    if (!this.ended) this.event('invalidated', { areas: ['threads'] });
  }

  private attachOptions() {
    const { contract, project, stopOnEntry = false, sourceMaps, outFiles, resolveSourceMapLocations, skipFiles } = this.configuration;
    return {
      contractFolder: contract,
      projectFolder: project,
      stopOnEntry,
      ...(sourceMaps !== undefined && { sourceMaps }),
      ...(outFiles && { outFiles }),
      ...(resolveSourceMapLocations !== undefined && { resolveSourceMapLocations }),
      ...(skipFiles && { skipFiles }),
    };
  }

  private headline({ kind, ledgerSeqNo, inputs, pid }: Debuggee): string {
    if (kind === 'read') return vscode.l10n.t('Read request after ledger {0}: process {1}', ledgerSeqNo, pid);
    if (inputs === 1) return vscode.l10n.t('Ledger {0}, 1 input: process {1}', ledgerSeqNo, pid);
    return vscode.l10n.t('Ledger {0}, {1} inputs: process {2}', ledgerSeqNo, inputs, pid);
  }

  private threadName(): string {
    const { node } = this.configuration;
    if (this.begun.size > 0 && this.last) return vscode.l10n.t('Node {0}: ledger {1}', node, this.last.ledgerSeqNo);
    return vscode.l10n.t('Node {0}: waiting for the next round', node);
  }

  private print(text: string, category: 'console' | 'stderr' = 'console'): void {
    this.event('output', { category, output: `${text}\n` });
  }

  private event(event: string, body?: object): void {
    this.send({ type: 'event', event, ...(body && { body }) });
  }

  private send(message: object): void {
    this.messages.fire({ seq: ++this.sequence, ...message });
  }
}
