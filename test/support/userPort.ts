import { once } from 'node:events';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/base/clock';
import type { Hex } from '../../src/hotpocket/hash';
import type { UserProtocol } from '../../src/hotpocket/inputs';
import { generateKeyPair, sign, type KeyPair } from '../../src/hotpocket/keys';
import { GENESIS } from '../../src/hotpocket/ledger';
import type { UserPortLimits, UserServerOptions } from '../../src/node/users/options';
import { UserServer } from '../../src/node/users/server';
import type { UserPortHandlers } from '../../src/node/users/types';
import { makeCertificate } from './certificate';
import { noteLine } from './said';

const NO_LIMITS: UserPortLimits = {
  listen: true, idleTimeoutMs: 0, maxBytesPerMsg: 0, maxBytesPerMin: 0, maxBadMsgsPerMin: 0, maxConnections: 0, concurrentReadRequests: 4,
};

/** What a node that has only just started would answer. */
export const quietHandlers = (): UserPortHandlers => ({
  status: () => ({
    hpVersion: '0.6.4', ledgerSeqNo: 0, ledgerHash: GENESIS.hash, voteStatus: 'unknown', roundTime: 1000, contractExecutionEnabled: true,
    readRequestsEnabled: true, isFullHistoryNode: false, weaklyConnected: false, currentUnl: [], peers: [],
  }),
  lastLedger: () => GENESIS,
  unl: () => [],
  submit: () => undefined,
  read: () => Promise.resolve([]),
  query: () => [],
  connected: () => undefined,
  disconnected: () => undefined,
});

export interface TestPort {
  readonly server: UserServer;
  readonly url: string;
  readonly keys: KeyPair;
  /** "inf …" */
  readonly log: string[];
}

type Settings = Partial<Omit<UserServerOptions, 'config' | 'handlers'>> & { config?: Partial<UserPortLimits>; handlers?: Partial<UserPortHandlers> };

/** A user port on any free port of 127.0.0.1, with real TLS. The caller closes its server. */
export async function openUserPort({ config, handlers, ...rest }: Settings = {}): Promise<TestPort> {
  const log: string[] = [];
  const keys = generateKeyPair();
  const note = (level: string) => (message: string): void => {
    log.push(`${level} ${message}`);
    noteLine(`${level} ${message}`);
  };
  const server = await UserServer.listen({
    ...(await makeCertificate()),
    port: 0, bind: ['127.0.0.1'], hpVersion: '0.6.4', contractId: 'a contract', contractVersion: '1.0', keys, clock: systemClock,
    log: { dbg: note('dbg'), inf: note('inf'), wrn: note('wrn'), err: note('err') },
    ...rest,
    config: { ...NO_LIMITS, ...config },
    handlers: { ...quietHandlers(), ...handlers },
  });
  return { server, url: `wss://127.0.0.1:${server.port}`, keys, log };
}

export interface Frame { readonly data: Buffer; readonly isBinary: boolean }

/** A user who can say anything, in frames of any kind. */
export class RawUser {
  readonly frames: Frame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  private taken = 0;
  private wake = (): void => undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => {
      this.frames.push({ data, isBinary });
      this.wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.wake();
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  /** Connected, and nothing more said. */
  static async open(url: string, protocols: string[] = []): Promise<RawUser> {
    const socket = new WebSocket(url, protocols, { rejectUnauthorized: false, perMessageDeflate: false });
    const user = new RawUser(socket);
    await once(socket, 'open');
    return user;
  }

  /** Connected and authenticated, the handshake read. */
  static async connect(url: string, protocol: UserProtocol = 'json', keys = generateKeyPair()): Promise<RawUser> {
    const user = await RawUser.open(url);
    await user.authenticate(keys, protocol, 'prove it');
    await user.next();
    return user;
  }

  async authenticate(keys: KeyPair, protocol: UserProtocol = 'json', serverChallenge?: string): Promise<void> {
    const { challenge } = JSON.parse((await this.next()).data.toString()) as { challenge: string };
    this.say({ type: 'user_challenge_response', sig: sign(Buffer.from(challenge), keys.privateKey), pubkey: keys.publicKey, protocol, server_challenge: serverChallenge });
  }

  say(message: object): void {
    this.socket.send(Buffer.from(JSON.stringify(message)));
  }

  /** The next frame that was not taken yet. Rejects when the connection ends first. */
  async next(): Promise<Frame> {
    while (this.frames.length <= this.taken) {
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('disconnected');
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.frames[this.taken++] as Frame;
  }

  async nextJson(): Promise<Record<string, unknown>> {
    return JSON.parse((await this.next()).data.toString()) as Record<string, unknown>;
  }

  /** A contract input as the client library makes it, in JSON. */
  submit(keys: KeyPair, container: string): Hex {
    const sig = sign(Buffer.from(container), keys.privateKey);
    this.say({ type: 'contract_input', input_container: container, sig });
    return sig;
  }
}
