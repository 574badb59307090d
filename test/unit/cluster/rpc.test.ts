import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rpcOver } from '../../../src/cluster/embedded/rpc';

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

it('keeps no process alive with a message of which only the head has come', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hotpocket rpc '));
  const server = createServer().listen(join(folder, 's'));
  try {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const socket = connect(join(folder, 's'));
    const [peer] = await accepted;
    const before = timers();
    const rpc = rpcOver(socket);
    rpc.listen();
    const received = once(socket, 'data');
    // As vscode-jsonrpc writes: first the head of a message, then its body.
    peer.write('Content-Length: 100\r\n\r\n');
    await received;
    socket.destroy();
    rpc.dispose();
    peer.destroy();
    // Timers of the test runner may have ended meanwhile.
    expect(timers()).toBeLessThanOrEqual(before);
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
