import { BLOCK_SIZE, patchHash } from '../../hotpocket/stateHash';
import { PRIMARY_SHARD_SIZE, shardOf } from '../../hotpocket/ledger';
import { shortHash, type Hex } from '../../hotpocket/hash';
import type { PeerMessage } from '../mesh/messages';
import { decodeManifest } from '../state/manifest';
import type { Manifest } from '../state/types';
import { LedgerFetch, type LedgerChain, type LedgerResponse } from './ledgerSync';

/** 'more': ask the same peer on; 'bad': what it sent is no use, ask another; 'ignored': not for this target. */
export type Answer = 'more' | 'bad' | 'done' | 'ignored';

/** One thing to be fetched by its hash. Knows what to ask next, and whether an answer is what was asked for. */
export interface Target {
  /** As in the log: which of hpfs's two file systems, and the path there. */
  readonly mount: 'cont' | 'ldgr';
  readonly vpath: string;
  readonly hash: Hex;
  requests(): PeerMessage[];
  accept(message: PeerMessage): Answer;
}

export class LedgerTarget implements Target {
  readonly mount = 'ldgr';
  readonly vpath: string;
  result: { readonly after: number; readonly base: boolean; readonly entries: LedgerResponse['entries']; readonly closing?: LedgerResponse['closing'] } | undefined;
  private readonly fetch: LedgerFetch;

  constructor(chain: LedgerChain, readonly hash: Hex, seqNo: number, proven = false) {
    this.vpath = `/primary/${shardOf(seqNo, PRIMARY_SHARD_SIZE)}`;
    this.fetch = new LedgerFetch(chain, hash, seqNo, proven);
  }

  requests(): PeerMessage[] {
    const { target, targetSeqNo, locator } = this.fetch.request();
    return [{ type: 'ledgerRequest', target, targetSeqNo, locator: [...locator] }];
  }

  accept(message: PeerMessage): Answer {
    if (message.type !== 'ledgerResponse' || message.target !== this.hash) return 'ignored';
    const { closing, ...response } = message;
    const outcome = this.fetch.accept({ ...response, ...(closing ? { closing } : {}) });
    if (typeof outcome === 'string') return outcome;
    this.result = outcome;
    return 'done';
  }
}

export class PatchTarget implements Target {
  readonly mount = 'cont';
  readonly vpath = '/patch.cfg';
  content: Uint8Array | undefined;

  constructor(readonly hash: Hex) {}

  requests(): PeerMessage[] {
    return [{ type: 'patchRequest', hash: this.hash }];
  }

  accept(message: PeerMessage): Answer {
    if (message.type !== 'patch' || message.hash !== this.hash) return 'ignored';
    if (patchHash(message.content) !== this.hash) return 'bad';
    this.content = message.content;
    return 'done';
  }
}

/** What fetching a state needs of the one that is here. */
export interface StateAccess {
  plan(manifest: Manifest): { readonly missing: readonly { readonly hash: Hex; readonly index: number }[] };
  putBlock(hash: Hex, index: number, bytes: Uint8Array): boolean;
}

const BLOCKS_AT_A_TIME = 8;
const MAX_LIST_BYTES = 256 * 1024 * 1024;

/** First the list of the state's files, which proves itself by the state hash; then the blocks that are not here. */
export class StateTarget implements Target {
  readonly mount = 'cont';
  readonly vpath = '/state';
  manifest: Manifest | undefined;
  private list = Buffer.alloc(0);
  private readonly missing = new Map<Hex, number>();

  constructor(private readonly state: StateAccess, readonly hash: Hex) {}

  requests(): PeerMessage[] {
    if (!this.manifest) return [{ type: 'manifestRequest', hash: this.hash, from: this.list.length }];
    return [...this.missing.keys()].slice(0, BLOCKS_AT_A_TIME).map((hash) => ({ type: 'blockRequest', hash }));
  }

  accept(message: PeerMessage): Answer {
    if (message.type === 'manifest' && message.hash === this.hash && !this.manifest) return this.acceptManifest(message);
    if (message.type === 'block' && this.missing.has(message.hash)) return this.acceptBlock(message.hash, message.content);
    return 'ignored';
  }

  private acceptManifest({ from, total, content }: PeerMessage & { type: 'manifest' }): Answer {
    if (from !== this.list.length || content.length === 0 || total > MAX_LIST_BYTES) return 'bad';
    this.list = Buffer.concat([this.list, content]);
    if (this.list.length < total) return 'more';
    this.manifest = decodeManifest(this.list, this.hash);
    this.list = Buffer.alloc(0);
    if (!this.manifest) return 'bad';
    for (const { hash, index } of this.state.plan(this.manifest).missing) this.missing.set(hash, index);
    return this.missing.size === 0 ? 'done' : 'more';
  }

  private acceptBlock(hash: Hex, content: Uint8Array): Answer {
    if (content.length > BLOCK_SIZE || !this.state.putBlock(hash, this.missing.get(hash) ?? 0, content)) return 'bad';
    this.missing.delete(hash);
    if (this.missing.size === 0) return 'done';
    // The rest of the window is still on its way.
    return this.missing.size % BLOCKS_AT_A_TIME === 0 ? 'more' : 'ignored';
  }
}

export const describeTarget = ({ hash, vpath }: Target): string => `${shortHash(hash)} ${vpath}`;
