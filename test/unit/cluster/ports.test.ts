import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isPortFree, portBlock, requireFreePorts } from '../../../src/cluster/ports';
import { freeBlock } from '../../support/embedded';

const hosts = ['127.0.0.1', '::1'];
const servers: Server[] = [];

afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function listen(port: number, host: string): Promise<void> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
}

describe('ports', () => {
  it('are free when nobody listens, on either address', async () => {
    const port = await freeBlock(1);
    expect(await isPortFree(port, hosts)).toBe(true);
    await listen(port, '::1');
    expect(await isPortFree(port, hosts)).toBe(false);
    expect(await isPortFree(port, ['127.0.0.1'])).toBe(true);
  });

  it('are checked for all nodes, and the whole free block above is proposed', async () => {
    const begin = await freeBlock(8);
    const peers = await freeBlock(3);
    await listen(begin + 1, '127.0.0.1');
    // In the way of a block that would begin right above.
    await listen(begin + 4, '127.0.0.1');
    const check = requireFreePorts(portBlock('users', begin, 3), portBlock('peers', peers, 3), hosts, 3, false);
    await expect(check).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      details: { port: begin + 1, use: 'users of node 2', instead: `HP_USER_PORT_BEGIN=${begin + 5}`, settled: false },
    });
  });

  it.runIf(process.platform === 'linux')('name who holds them', async () => {
    const port = await freeBlock(1);
    await listen(port, '127.0.0.1');
    const check = requireFreePorts(portBlock('users', port, 1), portBlock('peers', await freeBlock(1), 1), hosts, 1, true);
    await expect(check).rejects.toThrow(`(process ${process.pid})`);
  });

  it('propose both blocks when both are taken, not overlapping', async () => {
    const begin = await freeBlock(8);
    await listen(begin, '127.0.0.1');
    await listen(begin + 1, '127.0.0.1');
    const check = requireFreePorts(portBlock('users', begin, 1), portBlock('peers', begin + 1, 1), hosts, 2, false);
    await expect(check).rejects.toMatchObject({ details: { instead: `HP_USER_PORT_BEGIN=${begin + 2} HP_PEER_PORT_BEGIN=${begin + 4}` } });
  });

  it('for users and peers must not be the same', async () => {
    const begin = await freeBlock(8);
    const check = requireFreePorts(portBlock('users', begin, 3), portBlock('peers', begin + 2, 3), hosts, 3, false);
    await expect(check).rejects.toMatchObject({ code: 'PORT_IN_USE', details: { port: begin + 2, use: 'peers of node 1', holder: "this cluster's own ports for users" } });
  });

  it('must fit below 65536', () => {
    expect(() => portBlock('users', 65_534, 2)).not.toThrow();
    expect(() => portBlock('users', 65_534, 3)).toThrow(expect.objectContaining({ code: 'INVALID_PORT', details: { name: 'HP_USER_PORT_BEGIN', value: '65534' } }));
    expect(() => portBlock('peers', 0, 1)).toThrow(expect.objectContaining({ code: 'INVALID_PORT' }));
  });
});
