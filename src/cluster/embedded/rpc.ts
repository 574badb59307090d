import type { Socket } from 'node:net';
import { createMessageConnection, SocketMessageReader, SocketMessageWriter, type DataCallback, type MessageConnection, type Disposable } from 'vscode-jsonrpc/node';

/** No message comes near it: the largest, a profile of 100 rounds, has some 100 KiB. */
const MOST_UNFINISHED_BYTES = 4 * 1024 * 1024;

/** JSON-RPC over a socket; ours to listen on, and to dispose when the socket is closed. Whoever speaks something else is disconnected. */
export function rpcOver(socket: Socket): MessageConnection {
  const reader = new BoundedReader(socket);
  // The library's timer for messages of which only a part has come outlives the connection, and with it the process.
  reader.partialMessageTimeout = 0;
  const connection = createMessageConnection(reader, new SocketMessageWriter(socket));
  // What comes next can't be told from what is wrong; the library would go on, and keep all that comes.
  connection.onError(() => socket.destroy());
  return connection;
}

/** The library takes in a message however long it is said to be, and header lines without end. */
class BoundedReader extends SocketMessageReader {
  private unfinished = 0;

  constructor(private readonly connected: Socket) {
    super(connected);
  }

  override listen(callback: DataCallback): Disposable {
    this.connected.on('data', (chunk: Buffer) => {
      this.unfinished += chunk.length;
      if (this.unfinished > MOST_UNFINISHED_BYTES) this.connected.destroy();
    });
    return super.listen((message) => {
      this.unfinished = 0;
      callback(message);
    });
  }
}
