import type { HpConfig } from '../hotpocket/config';
import { shortHash, ZERO_HASH } from '../hotpocket/hash';
import { primaryShardId, type Ledger } from '../hotpocket/ledger';
import { HP_VERSION } from '../hotpocket/version';
import type { NodeLog } from './log/nodeLog';

// What hpcore says when it starts and stops, in its order (reference 2.2, 2.7). Some of the workers are threads and programs of its
// own that this node does not have; authors and tools know the lines all the same.

export function sayHello(log: NodeLog, { node, contract }: HpConfig): void {
  log.inf(`HotPocket ${HP_VERSION}`);
  log.inf(`Role: ${node.role === 'validator' ? 'Validator' : 'Observer'}`);
  log.inf(`Public key: ${node.public_key}`);
  log.inf(`Contract: ${contract.id} (${contract.version})`);
}

export function sayWorkersStarted(log: NodeLog, last: Ledger): void {
  const shard = primaryShardId(last);
  log.inf('Hpfs cont server started.');
  log.inf('Hpfs cont sync: Worker started.');
  log.inf(`Ledger primary:${shard.seqNo}-${shortHash(shard.hash)} | raw:0-${shortHash(ZERO_HASH)}`);
  log.inf('Hpfs ldgr server started.');
  log.inf('Hpfs ldgr sync: Worker started.');
  log.inf('Consensus processor started.');
  log.inf('Read request thread pool manager started.');
}

export function sayUsersStopped(log: NodeLog): void {
  log.inf('User listener stopped.');
  log.inf('User message processor stopped.');
}

export function sayWorkersStopped(log: NodeLog): void {
  log.inf('Stopped peer managing thread.');
  log.inf('Peer listener stopped.');
  log.inf('Peer message processor stopped.');
  log.inf('Read request thread pool manager ended.');
  log.inf('Consensus processor stopped.');
  for (const name of ['cont', 'ldgr']) {
    log.inf(`Hpfs ${name} sync: Worker stopped.`);
    log.inf(`Hpfs ${name} server stopped.`);
    log.inf('Stopped hpfs process.');
  }
}

/** Of contract processes that were found (`contract/groupRecords.ts`). */
export function sayEnded(log: Pick<NodeLog, 'wrn'>, left: number): void {
  if (left > 0) log.wrn(`Ended ${left} contract processes that a node which was killed had left running.`);
}
