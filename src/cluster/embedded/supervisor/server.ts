import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { CancellationToken, MessageConnection, RequestType } from 'vscode-jsonrpc/node';
import type { Disposable } from '../../../base/disposables';
import type { DebugEvent, Task } from '../../engine';
import { changed, debugged, progress, PROTOCOL, requests, toRpcError, type RpcFailure } from '../protocol';
import { rpcOver } from '../rpc';
import type { Operations } from './operations';

type Answer = <P extends { readonly task: number }, R>(type: RequestType<P, R, RpcFailure>, handler: (params: P, task: Task) => Promise<R>) => void;

export interface ServerHooks {
  /** A client came or went, or a request was answered. */
  readonly onActivity: () => void;
  /** A newer client wants to take over, and nothing is going on. */
  readonly onRetire: () => void;
}

/** Answers clients on the control socket, and tells all of them what happens. */
export class ControlServer {
  private readonly server: Server;
  private readonly clients = new Map<Socket, MessageConnection>();
  private readonly subscription: Disposable;

  constructor(private readonly operations: Operations, private readonly hooks: ServerHooks) {
    this.server = createServer((socket) => this.greet(socket));
    this.subscription = operations.cluster.changes.on((change) => {
      for (const [socket, client] of this.clients) void client.sendNotification(changed, change).catch(() => socket.destroy());
    });
  }

  get clientCount(): number {
    return this.clients.size;
  }

  async listen(address: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(address, resolve);
    });
    // Its folder keeps others out already; a named pipe of Windows has no mode.
    if (process.platform !== 'win32') chmodSync(address, 0o600);
  }

  close(): void {
    this.subscription.dispose();
    this.server.close();
    for (const socket of this.clients.keys()) socket.destroy();
  }

  private greet(socket: Socket): void {
    const client = rpcOver(socket);
    this.clients.set(socket, client);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.clients.delete(socket);
      this.operations.debugging.drop(client);
      client.dispose();
      this.hooks.onActivity();
    });
    this.answer(client);
    client.listen();
  }

  private answer(client: MessageConnection): void {
    const { operations } = this;
    const on: Answer = <P extends { readonly task: number }, R>(type: RequestType<P, R, RpcFailure>, handler: (params: P, task: Task) => Promise<R>): void => {
      client.onRequest(type.method, async (params: P, token: CancellationToken): Promise<R> => {
        const report = (message: string): void => void client.sendProgress(progress, params.task, message).catch(() => undefined);
        try {
          return await handler(params, { signal: signalOf(token), progress: report });
        } catch (error) {
          throw toRpcError(error);
        } finally {
          this.hooks.onActivity();
        }
      });
    };
    client.onRequest(requests.hello, () => ({ protocol: PROTOCOL }));
    client.onRequest(requests.status, () => operations.status() ?? null);
    client.onRequest(requests.retire, () => {
      if (!operations.isIdle) return false;
      setImmediate(() => this.hooks.onRetire());
      return true;
    });
    on(requests.deploy, ({ path, defaults, rounds }, task) => operations.deploy({ path, defaults, ...(rounds && { rounds }) }, task));
    on(requests.start, ({ node }, task) => operations.start(node, task).then(() => null));
    on(requests.stop, ({ node }, task) => operations.stop(node, task).then(() => null));
    on(requests.spawn, (_, task) => operations.spawn(task));
    on(requests.rounds, ({ mode }, task) => operations.setRounds(mode, task).then(() => null));
    on(requests.faults, ({ faults }, task) => operations.setFaults(faults, task).then(() => null));
    on(requests.clean, (_, task) => operations.clean(task));
    on(requests.roundProfiles, ({ node }) => Promise.resolve(operations.cluster.rounds.of(node)));
    on(requests.ledgers, ({ query }) => operations.cluster.ledgers(query));
    this.answerDebugger(client, on);
  }

  private answerDebugger(client: MessageConnection, on: Answer): void {
    const { debugging } = this.operations;
    const done = async (action: () => void): Promise<null> => {
      action();
      return Promise.resolve(null);
    };
    on(requests.arm, ({ lease, request }) => {
      const tell = (event: DebugEvent): void => void client.sendNotification(debugged, { lease, event }).catch(() => undefined);
      return done(() => debugging.arm(lease, request, client, tell));
    });
    on(requests.disarm, ({ lease }) => done(() => debugging.disarm(lease)));
    on(requests.letGo, ({ lease, run }) => done(() => debugging.letGo(lease, run)));
    on(requests.renew, ({ leases }) => Promise.resolve(debugging.renew(leases)));
  }
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
