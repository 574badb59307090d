import type { Hex } from '../hotpocket/hash';
import { verify } from '../hotpocket/keys';
import { isSigned } from './consensus/proposal';
import type { ConsensusEvent } from './consensus/types';
import type { NplRouter } from './contract/npl';
import type { LedgerStore } from './ledger/ledgerStore';
import type { PeerMessage } from './mesh/messages';
import type { Patches } from './patches';
import type { RoundProfiler } from './profile/roundProfiler';
import { encodeManifest } from './state/manifest';
import type { StateStore } from './state/store';
import { answerSyncRequest } from './sync/syncServer';
import type { Syncer } from './sync/syncer';

export interface PeerHost {
  readonly npl: NplRouter;
  readonly profiler: RoundProfiler;
  readonly syncer: Syncer;
  readonly ledgers: LedgerStore;
  readonly state: StateStore;
  readonly patches: Patches;
  isMember(key: Hex): boolean;
  send(to: Hex, message: PeerMessage): void;
  step(event: ConsensusEvent): void;
}

/**
 * What a peer says, taken to whom it concerns in the node. False if a signature is wrong: consensus checks proposals itself, here only those
 * are that it would look at.
 */
export function peerHandler(host: PeerHost): (from: Hex, message: PeerMessage) => boolean {
  return (from, message) => {
    if (message.type === 'npl') return host.npl.incoming(message);
    host.profiler.propose();
    const good = message.type !== 'proposal' || (host.isMember(message.proposal.pubkey) && isSigned(message.proposal, verify));
    if (good) handle(host, from, message);
    host.profiler.rest();
    return good;
  };
}

function handle(host: PeerHost, from: Hex, message: PeerMessage): void {
  switch (message.type) {
    case 'proposal': return host.step({ type: 'proposal', proposal: message.proposal });
    case 'nup': return host.step({ type: 'nup', nup: message });
    case 'inputRequest': return host.step({ type: 'inputsRequested', by: from, inputs: message.inputs });
    case 'inputs': return host.step({ type: 'inputs', inputs: message.inputs });
    case 'closing': return host.step({ type: 'closing', closing: message.closing });
    case 'ledgerResponse': case 'patch': case 'manifest': case 'block': return host.syncer.accept(message, from);
    case 'closingRequest': case 'ledgerRequest': case 'patchRequest': case 'manifestRequest': case 'blockRequest': return serve(host, from, message);
    default: return;
  }
}

function serve(host: PeerHost, from: Hex, message: PeerMessage): void {
  const { ledgers, state, patches } = host;
  const answer = answerSyncRequest({
    ledgers,
    manifest: (hash) => {
      const manifest = state.manifest(hash);
      return manifest && encodeManifest(manifest);
    },
    block: (hash) => state.block(hash),
    patch: (hash) => {
      const patch = patches.read();
      return patch.hash === hash ? patch.bytes : undefined;
    },
  }, message);
  if (answer) host.send(from, answer);
}
