import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Disposable } from '../../../base/disposables';
import { LARGEST_MESSAGE, type Frame } from './frames';

const LOOPBACK = '127.0.0.1';

export interface DoorHost {
  send(frame: Frame): boolean;
  drained(): Promise<void>;
}

/**
 * On this machine a port for each contract process that waits for a debugger; what comes in goes to the process's inspector, through frames. Only
 * who knows the inspector's path is let in: whoever speaks to it may run code in the contract.
 */
export class Doors implements Disposable {
  private readonly servers = new Map<number, WebSocketServer>();
  private readonly sockets = new Map<number, { readonly run: number; readonly socket: WebSocket }>();
  private streams = 0;

  constructor(private readonly host: DoorHost) {}

  /** Opens a port for a run, and returns the address of its inspector's WebSocket as seen from here. */
  async open(run: number, path: string): Promise<string> {
    const server = new WebSocketServer({ host: LOOPBACK, port: 0, path, maxPayload: LARGEST_MESSAGE });
    this.servers.set(run, server);
    server.on('connection', (socket) => this.relay(run, socket));
    await new Promise<void>((resolve, reject) => server.once('error', reject).once('listening', resolve));
    return `ws://${LOOPBACK}:${(server.address() as AddressInfo).port}${path}`;
  }

  /** The run's process is gone. */
  close(run: number): void {
    this.servers.get(run)?.close();
    this.servers.delete(run);
    for (const [stream, one] of this.sockets) if (one.run === run) this.drop(stream);
  }

  hear(frame: Frame): void {
    if (frame.kind === 'data') this.sockets.get(frame.stream)?.socket.send(frame.bytes, { binary: false });
    if (frame.kind === 'close') this.drop(frame.stream);
  }

  dispose(): void {
    for (const run of [...this.servers.keys()]) this.close(run);
  }

  private relay(run: number, socket: WebSocket): void {
    const stream = ++this.streams;
    this.sockets.set(stream, { run, socket });
    this.host.send({ kind: 'open', stream, run });
    socket.on('message', (bytes: Buffer) => {
      if (this.host.send({ kind: 'data', stream, bytes })) return;
      socket.pause();
      void this.host.drained().then(() => socket.resume());
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      if (this.sockets.delete(stream)) this.host.send({ kind: 'close', stream });
    });
  }

  private drop(stream: number): void {
    const one = this.sockets.get(stream);
    this.sockets.delete(stream);
    one?.socket.close();
  }
}
