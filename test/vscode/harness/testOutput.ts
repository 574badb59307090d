import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** Where the extension host finds the socket for its output, and the tests it is to run (hostEntry.ts). */
export const OUTPUT_VARIABLE = 'HOTPOCKET_TEST_OUTPUT';
export const TESTS_VARIABLE = 'HOTPOCKET_TEST_MODULE';

/** Receives what tests print in the extension host, free of the workbench's own log lines, and prints it here. */
export class TestOutput {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async listen(path: string): Promise<TestOutput> {
    const server = createServer();
    const output = new TestOutput(server);
    server.on('connection', (socket) => {
      output.sockets.add(socket);
      socket.on('data', (text) => process.stdout.write(text));
      socket.on('error', () => undefined); // An extension host that was killed: its exit code says so.
      socket.on('close', () => output.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return output;
  }

  /** Prints what is still under way and closes. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    await Promise.race([closed, setTimeout(2_000, undefined, { ref: false })]);
    for (const socket of this.sockets) socket.destroy();
  }
}
