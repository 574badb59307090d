import type { WebSocket } from 'ws';
import type { Hex } from '../../hotpocket/hash';
import type { UserProtocol } from '../../hotpocket/inputs';
import { encodeContractOutput, encodeEvent, encodeInputStatus } from '../../hotpocket/protocol/serverMessages';
import { LOOPBACK } from '../ports';
import { Listener } from './listener';
import type { UserServerOptions } from './options';
import { ReadRequests } from './readRequests';
import { UserRequests } from './requests';
import { UserSession, type ConnectedUser, type SessionHost } from './session';
import type { ContractOutput, InputStatus, ServerEvent } from './types';

const MAX_USERS = 64;
const DEFAULT_MAX_MESSAGE_BYTES = 5 * 1024 * 1024;

/** A node's user port: everything of reference 6 that is not consensus (differences: no bans, and no crash on any bytes). */
export class UserServer {
  private contractVersion: string;
  private closing = false;
  private readonly sessions = new Set<UserSession>();
  private readonly users = new Map<Hex, ConnectedUser>();
  private readonly reads: ReadRequests | undefined;
  private readonly requests: UserRequests;
  private readonly host: SessionHost;
  private listener: Listener | undefined;

  private constructor(private readonly options: UserServerOptions) {
    const { config, handlers, log } = options;
    this.contractVersion = options.contractVersion;
    if (config.concurrentReadRequests > 0) {
      this.reads = new ReadRequests(config.concurrentReadRequests + 1, (...request) => handlers.read(...request), log);
    }
    this.requests = new UserRequests(handlers, this.reads);
    this.host = this.makeHost();
  }

  /** Resolves when the port is open. Rejects with USER_PORT_FAILED if it cannot be opened. */
  static async listen(options: UserServerOptions): Promise<UserServer> {
    const server = new UserServer(options);
    const { config, port, bind = LOOPBACK, tlsKey, tlsCert, log } = options;
    if (config.listen) {
      server.listener = await Listener.open({
        port, bind, tlsKey, tlsCert,
        maxMessageBytes: config.maxBytesPerMsg || DEFAULT_MAX_MESSAGE_BYTES,
        onSocket: (socket, remoteAddress) => server.accept(socket, remoteAddress),
        // The real engine calls this an error; here a look at the port by some other program is nothing to worry about.
        onFailure: (problem) => log.dbg(`Error in hpws accept(): ${problem}`),
      });
    }
    return server;
  }

  /** The port that is open; the configured one while none is. */
  get port(): number {
    return this.listener?.port ?? this.options.port;
  }

  /** Keys of the users connected now. */
  connectedUsers(): Hex[] {
    return [...this.users.keys()];
  }

  /** Tells a user what became of an input, if connected here. */
  inputStatus(pubkey: Hex, status: InputStatus): void {
    const user = this.users.get(pubkey);
    user?.send(encodeInputStatus(user.protocol, status));
  }

  /** Gives a user what the contract sent, if connected here. */
  output(pubkey: Hex, output: ContractOutput): void {
    const user = this.users.get(pubkey);
    user?.send(encodeContractOutput(user.protocol, output));
  }

  /** Tells all who subscribed to the event's channel. */
  publish(event: ServerEvent): void {
    const encoded = new Map<UserProtocol, Buffer>();
    for (const user of this.users.values()) {
      if (!user.subscriptions.has(event.channel)) continue;
      const message = encoded.get(user.protocol) ?? encodeEvent(user.protocol, event);
      encoded.set(user.protocol, message);
      user.send(message);
    }
  }

  /** For handshakes that start from now on. */
  updateContractVersion(version: string): void {
    this.contractVersion = version;
  }

  /** Lets users receive what is under way, then disconnects them. No socket or timer is left when it resolves. */
  async close(): Promise<void> {
    this.closing = true;
    this.listener?.stop();
    await Promise.all([...this.sessions].map((session) => session.close()));
    await this.listener?.close();
  }

  private accept(socket: WebSocket, remoteAddress: string): void {
    const { maxConnections } = this.options.config;
    if (this.closing || (maxConnections > 0 && this.sessions.size >= maxConnections)) socket.terminate();
    else this.sessions.add(new UserSession(socket, remoteAddress, this.host));
  }

  private makeHost(): SessionHost {
    return {
      options: this.options,
      contractVersion: () => this.contractVersion,
      register: (user) => {
        if (this.users.size >= MAX_USERS || this.users.has(user.pubkey)) return false;
        this.users.set(user.pubkey, user);
        this.options.handlers.connected(user.pubkey, user.protocol);
        return true;
      },
      handle: (user, message) => this.requests.handle(user, message),
      ended: (session, user) => {
        this.sessions.delete(session);
        if (!user) return;
        this.users.delete(user.pubkey);
        this.reads?.cancel(user);
        this.options.handlers.disconnected(user.pubkey);
      },
    };
  }
}
