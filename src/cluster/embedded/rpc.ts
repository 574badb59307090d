import type { Socket } from 'node:net';
import { AbstractMessageWriter, createMessageConnection, SocketMessageReader, type DataCallback, type Disposable, type Message, type MessageConnection, type MessageWriter } from 'vscode-jsonrpc/node';

/** No message comes near it: the largest, a profile of 100 rounds, has some 100 KiB. */
const MOST_UNFINISHED_BYTES = 4 * 1024 * 1024;
/** Whoever does not read, such as a program that was suspended, must not fill our memory. */
const MOST_UNREAD_BYTES = 8 * 1024 * 1024;

/** JSON-RPC over a socket; ours to listen on, and to dispose when the socket is closed. Whoever speaks something else, or does not read, is disconnected. */
export function rpcOver(socket: Socket): MessageConnection {
  const reader = new BoundedReader(socket);
  // The library's timer for messages of which only a part has come outlives the connection, and with it the process.
  reader.partialMessageTimeout = 0;
  const connection = createMessageConnection(reader, new BoundedWriter(socket));
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

/** The library's keeps each message until the last one has left, so that the socket never shows how many wait. */
class BoundedWriter extends AbstractMessageWriter implements MessageWriter {
  constructor(private readonly socket: Socket) {
    super();
    socket.on('error', (error) => this.fireError(error));
    socket.on('close', () => this.fireClose());
  }

  write(message: Message): Promise<void> {
    const { socket } = this;
    const body = JSON.stringify(message);
    const written = new Promise<void>((resolve, reject) => socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, (error) => (error ? reject(error) : resolve())));
    if (socket.writableLength > MOST_UNREAD_BYTES) socket.destroy();
    return written;
  }

  end(): void {
    this.socket.end();
  }
}
