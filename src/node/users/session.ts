import type { WebSocket } from 'ws';
import type { Hex } from '../../hotpocket/hash';
import type { UserProtocol } from '../../hotpocket/inputs';
import {
  encodeChallenge, encodeServerChallengeResponse, newChallenge, parseChallengeResponse, provesKey, type Challenge,
} from '../../hotpocket/protocol/handshake';
import type { Channel } from '../../hotpocket/protocol/types';
import { UserConnection } from './connection';
import type { UserServerOptions } from './options';

/** A user who has proved a key and is registered by it. */
export interface ConnectedUser {
  readonly pubkey: Hex;
  readonly protocol: UserProtocol;
  readonly subscriptions: Set<Channel>;
  /** Dropped once the user is gone. */
  send(message: Uint8Array): void;
}

/** What a session needs of the server it belongs to. */
export interface SessionHost {
  readonly options: UserServerOptions;
  contractVersion(): string;
  /** False if the key is connected already, or there is no room. */
  register(user: ConnectedUser): boolean;
  /** False for a bad message. */
  handle(user: ConnectedUser, message: Buffer): boolean;
  ended(session: UserSession, user: ConnectedUser | undefined): void;
}

/** One connection from challenge to goodbye (reference 6.2). */
export class UserSession {
  private readonly connection: UserConnection;
  private readonly challenge: Challenge;
  private challengeAnswered = false;
  private user: ConnectedUser | undefined;

  constructor(socket: WebSocket, remoteAddress: string, private readonly host: SessionHost) {
    const { config, clock, log, hpVersion, contractId } = host.options;
    this.connection = new UserConnection(socket, remoteAddress, config, clock, log, {
      message: (bytes) => (this.user ? host.handle(this.user, bytes) : this.authenticate(bytes)),
      closed: () => host.ended(this, this.user),
    });
    this.challenge = { hpVersion, contractId, contractVersion: host.contractVersion(), challenge: newChallenge() };
    this.connection.send(encodeChallenge(this.challenge));
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private authenticate(bytes: Buffer): boolean {
    const response = this.challengeAnswered ? undefined : parseChallengeResponse(bytes);
    if (!response || !provesKey(response, this.challenge.challenge)) {
      this.connection.disconnect();
      return false;
    }
    this.challengeAnswered = true;
    const { pubkey, protocol, serverChallenge } = response;
    const { keys, handlers, log } = this.host.options;
    // Before registration, as in the real engine: whom it refuses believes to be connected until the next message.
    if (serverChallenge !== undefined) {
      this.connection.send(encodeServerChallengeResponse(serverChallenge, this.challenge, keys, handlers.unl()));
    }
    const user: ConnectedUser = { pubkey, protocol, subscriptions: new Set(), send: (message) => this.connection.send(message) };
    this.user = user;
    if (!this.host.register(user)) {
      this.user = undefined;
      log.inf(`Session ${this.connection.name}: user ${pubkey.slice(2, 10)} was not registered; the key is connected already, or the node is full.`);
      return true;
    }
    this.connection.authenticated(pubkey);
    return true;
  }
}
