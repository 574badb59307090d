import { createServer, type Server } from 'node:https';
import { isIPv6, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { errorText, HotPocketError, systemCode } from '../../base/errors';
import { MOST_CONNECTIONS } from '../ports';

export interface ListenerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** An IPv6 address that this machine does not have is passed over, as long as another one can be bound. */
  readonly bind: readonly string[];
  /** PEM. */
  readonly tlsKey: string;
  readonly tlsCert: string;
  readonly maxMessageBytes: number;
  readonly onSocket: (socket: WebSocket, remoteAddress: string) => void;
  /** A connection that did not become a WebSocket. */
  readonly onFailure: (problem: string) => void;
}

/** How long a connection may take for TLS, and again for its HTTP request. In real time: it comes before any session. */
const PREAMBLE_TIMEOUT_MS = 5000;

/** Closes in the words of hpws: 1000 "Bye!" in answer to a close, 1002 for what breaks the protocol. */
class HpwsSocket extends WebSocket {
  override close(code = 1000): void {
    if (code === 1009) super.close(1002, 'payload message exceeded maximum messagesize');
    else if (code === 1002 || code === 1008) super.close(1002);
    else super.close(1000, 'Bye!');
  }
}

/** The user port as such: TLS and the WebSocket upgrade on every bound address, nothing of HotPocket yet (reference 6.1). */
export class Listener {
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Duplex>();
  private readonly upgrader: WebSocketServer;

  private constructor(private readonly options: ListenerOptions) {
    this.upgrader = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // Text and binary frames are alike to hpws; what is in them is checked by whoever parses it.
      skipUTF8Validation: true,
      maxPayload: options.maxMessageBytes,
      handleProtocols: () => false,
      WebSocket: HpwsSocket,
    });
  }

  /** Rejects with USER_PORT_FAILED if nothing, or not all, could be bound; nothing stays open then. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    for (const address of options.bind) {
      try {
        await listener.bind(address);
      } catch (error) {
        if (isIPv6(address) && isMissingAddress(error)) continue;
        await listener.close();
        throw openFailure(error, options.port);
      }
    }
    if (listener.servers.length === 0) throw openFailure(new Error(`No such address: ${options.bind.join(', ')}`), options.port);
    return listener;
  }

  get port(): number {
    return (this.servers[0]?.address() as AddressInfo | null)?.port ?? this.options.port;
  }

  /** No new connection from now on. */
  stop(): void {
    for (const server of this.servers) server.close();
  }

  /** Cuts what is still connected. Resolves when nothing is left. */
  async close(): Promise<void> {
    const closed = this.servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(closed);
  }

  private async bind(address: string): Promise<void> {
    const server = this.makeServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, address, () => {
        server.off('error', reject);
        server.on('error', (error) => this.options.onFailure(error.message));
        resolve();
      });
    });
    this.servers.push(server);
  }

  private makeServer(): Server {
    const { tlsKey, tlsCert, onFailure, onSocket } = this.options;
    const server = createServer({
      key: tlsKey,
      cert: tlsCert,
      handshakeTimeout: PREAMBLE_TIMEOUT_MS,
      headersTimeout: PREAMBLE_TIMEOUT_MS,
      requestTimeout: PREAMBLE_TIMEOUT_MS,
      connectionsCheckingInterval: PREAMBLE_TIMEOUT_MS / 5,
    });
    server.maxConnections = MOST_CONNECTIONS;
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('tlsClientError', (error) => onFailure(error.message));
    server.on('clientError', (error, socket) => {
      onFailure(error.message);
      socket.destroy();
    });
    server.on('request', (_request, response) => {
      onFailure('not a websocket request');
      response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end('HotPocket user port: connect with a WebSocket.\n');
    });
    server.on('upgrade', (request, _socket, head) => {
      const { socket } = request;
      const remoteAddress = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
      this.upgrader.handleUpgrade(request, socket, head, (webSocket) => onSocket(webSocket, remoteAddress));
    });
    return server;
  }
}

const isMissingAddress = (error: unknown): boolean => ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(systemCode(error) ?? '');

function openFailure(error: unknown, port: number): HotPocketError {
  const code = systemCode(error) ?? '';
  const text = code.startsWith('EADDR') || code === 'EACCES' ? 'Could not bind socket for listen.' : 'Could not create listen socket.';
  return new HotPocketError('USER_PORT_FAILED', { port, code, text, problem: errorText(error) }, { cause: error });
}
