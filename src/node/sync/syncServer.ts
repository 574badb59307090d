import type { Hex } from '../../hotpocket/hash';
import type { PeerMessage } from '../mesh/messages';
import { serveLedgers, type LedgerChain } from './ledgerSync';

/** What a node has to give to one that lags. All of it proves itself by hash. */
export interface SyncSource {
  readonly ledgers: LedgerChain;
  /** In its own format (state/manifest.ts). */
  manifest(stateHash: Hex): Uint8Array | undefined;
  block(hash: Hex): Uint8Array | undefined;
  patch(hash: Hex): Uint8Array | undefined;
}

const PAGE_BYTES = 2 * 1024 * 1024;

/** The answer to a sync request; undefined for other messages and for what is not here. */
export function answerSyncRequest(source: SyncSource, message: PeerMessage): PeerMessage | undefined {
  switch (message.type) {
    case 'closingRequest': {
      const closing = source.ledgers.closing(message.seqNo + 1);
      return closing?.ledger.prevHash === message.hash ? ({ type: 'closing', closing } as PeerMessage) : undefined;
    }
    case 'ledgerRequest': {
      const response = serveLedgers(source.ledgers, message);
      return response && ({ type: 'ledgerResponse', ...response } as PeerMessage);
    }
    case 'manifestRequest': {
      const content = source.manifest(message.hash);
      return content && { type: 'manifest', hash: message.hash, from: message.from, total: content.length, content: content.subarray(message.from, message.from + PAGE_BYTES) };
    }
    case 'blockRequest': {
      const content = source.block(message.hash);
      return content && { type: 'block', hash: message.hash, content };
    }
    case 'patchRequest': {
      const content = source.patch(message.hash);
      return content && { type: 'patch', hash: message.hash, content };
    }
    default:
      return undefined;
  }
}
