import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { generateKeyPair, sign } from '../../src/hotpocket/keys';
import { makeCertificate } from './certificate';

/** A user port that does whatever a test says, right or wrong. */
export interface RawNode {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Calls back with every connection; port 0 takes any free one. */
export async function openRawNode(onConnection: (socket: WebSocket) => void, port = 0): Promise<RawNode> {
  const { tlsKey, tlsCert } = await makeCertificate();
  const server = createServer({ key: tlsKey, cert: tlsCert });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const taken = (server.address() as AddressInfo).port;
  return {
    url: `wss://127.0.0.1:${taken}`,
    port: taken,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export const challenge = Buffer.from(JSON.stringify({ hp_version: '0.6.4', type: 'user_challenge', contract_id: 'c', contract_version: '1', challenge: 'ab'.repeat(16) }));

/** The right answer to a `user_challenge_response`. */
export function serverProof(response: Buffer, keys = generateKeyPair()): Buffer {
  const { server_challenge } = JSON.parse(response.toString()) as { server_challenge: string };
  return Buffer.from(JSON.stringify({ type: 'server_challenge_response', sig: sign(Buffer.from(`${server_challenge}c1`), keys.privateKey), pubkey: keys.publicKey, unl: [keys.publicKey] }));
}
