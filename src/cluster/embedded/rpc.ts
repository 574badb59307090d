import type { Socket } from 'node:net';
import { createMessageConnection, SocketMessageReader, SocketMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';

/** JSON-RPC over a socket; ours to listen on, and to dispose when the socket is closed. */
export function rpcOver(socket: Socket): MessageConnection {
  const reader = new SocketMessageReader(socket);
  // The library's timer for messages of which only a part has come outlives the connection, and with it the process.
  reader.partialMessageTimeout = 0;
  return createMessageConnection(reader, new SocketMessageWriter(socket));
}
