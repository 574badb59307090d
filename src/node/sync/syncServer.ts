import type { Hex } from '../../hotpocket/hash';
import type { PeerMessage } from '../mesh/messages';
import type { ManifestEntry } from '../state/types';
import { serveLedgers, type LedgerChain } from './ledgerSync';

/** What a node has to give to one that lags. All of it proves itself by hash. */
export interface SyncSource {
  readonly ledgers: LedgerChain;
  manifest(stateHash: Hex): readonly ManifestEntry[] | undefined;
  block(hash: Hex): Uint8Array | undefined;
  patch(hash: Hex): Uint8Array | undefined;
}

/** Paths and block hashes of about 2 MiB travel in one message. */
const PAGE_WEIGHT = 20_000;

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
      const entries = source.manifest(message.hash);
      return entries && { type: 'manifest', hash: message.hash, from: message.from, total: entries.length, entries: page(entries, message.from) as PeerManifest };
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

type PeerManifest = Extract<PeerMessage, { type: 'manifest' }>['entries'];

function page(entries: readonly ManifestEntry[], from: number): readonly ManifestEntry[] {
  let weight = 0;
  let to = from;
  for (; to < entries.length && weight < PAGE_WEIGHT; to++) {
    const entry = entries[to];
    weight += 1 + (entry?.type === 'file' ? entry.blocks.length : 0);
  }
  return entries.slice(from, to);
}
