import { createServer } from 'node:net';
import { HotPocketError, systemCode } from '../base/errors';
import { portHolder } from './portHolder';

/** The ports of one kind that nodes want, and the variable that moves them. */
export interface PortBlock {
  readonly use: 'users' | 'peers';
  readonly ports: readonly { readonly node: number; readonly port: number }[];
}

const HIGHEST_PORT = 65_535;
const LOWEST_PROPOSED = 1024;
const variables = { users: 'HP_USER_PORT_BEGIN', peers: 'HP_PEER_PORT_BEGIN' } as const;

/** Ports for nodes 1 to `count`. Throws INVALID_PORT. */
export function portBlock(use: PortBlock['use'], begin: number, count: number): PortBlock {
  if (!Number.isInteger(begin) || begin < 1 || begin + count - 1 > HIGHEST_PORT) throw new HotPocketError('INVALID_PORT', { name: variables[use], value: String(begin) });
  return { use, ports: Array.from({ length: count }, (_, i) => ({ node: i + 1, port: begin + i })) };
}

/**
 * Throws PORT_IN_USE for the first port that cannot be listened on, and proposes blocks for a cluster of `size` nodes, whole.
 * `settled` says that the ports belong to a cluster that exists, which keeps them until it is cleaned.
 */
export async function requireFreePorts(users: PortBlock, peers: PortBlock, hosts: readonly string[], size: number, settled: boolean): Promise<void> {
  const shared = peers.ports.find((peer) => users.ports.some((user) => user.port === peer.port));
  // Not looked at where they overlap: the looks would be in each other's way.
  const takenUser = shared ? undefined : await firstTaken(users, hosts);
  const takenPeer = shared ?? (await firstTaken(peers, hosts));
  const first = takenUser ?? takenPeer;
  if (!first) return;
  const wanted = new Set([...users.ports, ...peers.ports].map(({ port }) => port));
  const instead: string[] = [];
  for (const [block, taken] of [[users, takenUser], [peers, takenPeer]] as const) {
    if (!taken) continue;
    const begin = await nextFreeBlock(Math.max(...block.ports.map(({ port }) => port)) + 1, size, wanted, hosts);
    for (let port = begin; port < begin + size; port++) wanted.add(port);
    instead.push(`${variables[block.use]}=${begin}`);
  }
  const use = `${takenUser ? users.use : peers.use} of node ${first.node}`;
  const holder = shared ? "this cluster's own ports for users" : await portHolder(first.port);
  throw new HotPocketError('PORT_IN_USE', { port: first.port, use, holder, instead: instead.join(' '), settled });
}

async function firstTaken({ ports }: PortBlock, hosts: readonly string[]): Promise<PortBlock['ports'][number] | undefined> {
  const free = await Promise.all(ports.map(({ port }) => isPortFree(port, hosts)));
  return ports.find((_, i) => !free[i]);
}

/** The first port from `from` on with which `size` free ports begin, none of them in `wanted`. */
async function nextFreeBlock(from: number, size: number, wanted: ReadonlySet<number>, hosts: readonly string[]): Promise<number> {
  let begin = from;
  for (let port = begin; port - begin < size; port++) {
    if (port > HIGHEST_PORT) return nextFreeBlock(LOWEST_PROPOSED, size, wanted, hosts);
    if (wanted.has(port) || !(await isPortFree(port, hosts))) begin = port + 1;
  }
  return begin;
}

/** True if every address that this machine has could be listened on. */
export async function isPortFree(port: number, hosts: readonly string[]): Promise<boolean> {
  const results = await Promise.all(hosts.map((host) => canListen(port, host)));
  return results.every(Boolean);
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // EADDRNOTAVAIL: a machine without IPv6 has no ::1, and a node does not listen there either.
    server.once('error', (error) => resolve(!['EADDRINUSE', 'EACCES'].includes(systemCode(error) ?? '')));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
