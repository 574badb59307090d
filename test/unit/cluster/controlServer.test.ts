import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Emitter } from '../../../src/base/disposables';
import { changed } from '../../../src/cluster/embedded/protocol';
import { rpcOver } from '../../../src/cluster/embedded/rpc';
import type { Operations } from '../../../src/cluster/embedded/supervisor/operations';
import { ControlServer } from '../../../src/cluster/embedded/supervisor/server';
import type { ClusterChange } from '../../../src/cluster/engine';
import { until } from '../../support/until';

it('a client that does not read is left when 8 MiB wait for it, and the others hear all', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hotpocket control '));
  const changes = new Emitter<ClusterChange>();
  const server = new ControlServer({ cluster: { changes }, debugging: { drop: () => undefined } } as unknown as Operations, { onActivity: () => undefined, onRetire: () => undefined });
  const path = join(folder, 'socket');
  await server.listen(path);
  const deaf = connect(path).pause().on('error', () => undefined);
  const socket = connect(path);
  const reader = rpcOver(socket);
  let heard = 0;
  reader.onNotification(changed, () => void heard++);
  reader.listen();
  await until('both clients', 5_000, () => (server.clientCount === 2 ? true : undefined));
  let told = 0;
  while (server.clientCount === 2 && told < 30) {
    changes.fire({ type: 'notice', code: 'CLOCK_NOT_HELD', message: 'x'.repeat(1 << 20), remedy: '' });
    await until('the one that reads to hear it', 5_000, () => (heard === told + 1 ? true : undefined));
    told++;
  }
  expect(server.clientCount).toBe(1);
  expect(told).toBeGreaterThanOrEqual(8);
  deaf.destroy();
  socket.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});
