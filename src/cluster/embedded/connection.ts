import { connect, type Socket } from 'node:net';
import { CancellationTokenSource, type MessageConnection, type RequestType } from 'vscode-jsonrpc/node';
import { Emitter } from '../../base/disposables';
import { systemCode } from '../../base/errors';
import type { ClusterChange, ClusterStatus, DebugEvent, Task } from '../engine';
import { changed, debugged, fromRpcError, progress, PROTOCOL, requests, type ProtocolVersion, type RpcFailure } from './protocol';
import { rpcOver } from './rpc';

/** How long a supervisor may take to answer, and a new one to be there. */
export const ANSWER_WITHIN_MS = 10_000;

/** A conversation with a running supervisor. */
export class SupervisorConnection {
  readonly changes = new Emitter<ClusterChange>();
  readonly debugEvents = new Emitter<{ readonly lease: string; readonly event: DebugEvent }>();
  /** Settles when the conversation is over, for whatever reason. */
  readonly closed: Promise<void>;
  private tasks = 0;

  private constructor(private readonly socket: Socket, private readonly rpc: MessageConnection, readonly theirs: ProtocolVersion) {
    this.closed = new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve())));
    rpc.onNotification(changed, (change) => this.changes.fire(change));
    rpc.onNotification(debugged, (event) => this.debugEvents.fire(event));
  }

  /** Undefined if nobody listens there, or whoever does is about to leave. Throws SupervisorSilent. */
  static async open(address: string, ours: ProtocolVersion = PROTOCOL): Promise<SupervisorConnection | undefined> {
    const socket = await openSocket(address);
    if (!socket) return undefined;
    const rpc = rpcOver(socket);
    socket.once('close', () => rpc.dispose());
    rpc.listen();
    let silent = false;
    const timer = setTimeout(() => {
      silent = true;
      socket.destroy();
    }, ANSWER_WITHIN_MS);
    try {
      const { protocol } = await rpc.sendRequest(requests.hello, { protocol: ours });
      return new SupervisorConnection(socket, rpc, protocol);
    } catch {
      socket.destroy();
      if (silent) throw new SupervisorSilent();
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  async status(): Promise<ClusterStatus | undefined> {
    return (await this.untilLost(() => this.rpc.sendRequest(requests.status))) ?? undefined;
  }

  /** True if the supervisor has agreed to end, which it may do before we hear so. */
  async retire(): Promise<boolean> {
    try {
      return await this.untilLost(() => this.rpc.sendRequest(requests.retire));
    } catch (error) {
      if (error instanceof ConnectionLost) return true;
      throw error;
    }
  }

  /** Sends a request that can be watched and cancelled. Throws what the supervisor did, or ConnectionLost. */
  async request<P extends object, R>(type: RequestType<P & { readonly task: number }, R, RpcFailure>, params: P, task?: Task): Promise<R> {
    const id = ++this.tasks;
    const cancellation = new CancellationTokenSource();
    const cancel = (): void => cancellation.cancel();
    task?.signal?.addEventListener('abort', cancel);
    if (task?.signal?.aborted) cancel();
    const reports = this.rpc.onProgress(progress, id, (message) => task?.progress?.(message));
    try {
      return await this.untilLost(() => this.rpc.sendRequest<R>(type.method, { ...params, task: id }, cancellation.token));
    } finally {
      reports.dispose();
      task?.signal?.removeEventListener('abort', cancel);
    }
  }

  dispose(): void {
    this.socket.destroy();
  }

  /** What is open when the socket closes is rejected then, as the connection is disposed (`open`). */
  private async untilLost<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw this.socket.destroyed ? new ConnectionLost() : fromRpcError(error);
    }
  }
}

/** The supervisor is there but does not answer; it may have been suspended. */
export class SupervisorSilent extends Error {}

/** The supervisor went away before it answered. */
export class ConnectionLost extends Error {}

async function openSocket(address: string): Promise<Socket | undefined> {
  const socket = connect(address);
  try {
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EAGAIN'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
  socket.on('error', () => socket.destroy());
  return socket;
}
