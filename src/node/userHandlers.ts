import type { HpConfig } from '../hotpocket/config';
import type { Hex } from '../hotpocket/hash';
import { GENESIS } from '../hotpocket/ledger';
import { HP_VERSION } from '../hotpocket/version';
import type { Consensus } from './consensus/consensus';
import type { Executions } from './executions';
import type { LedgerStore } from './ledger/ledgerStore';
import type { ConsensusEvent } from './consensus/types';
import type { LedgerQuery, LedgerView, UserPortHandlers } from './users/types';

export interface UserHost {
  readonly consensus: Consensus;
  readonly executions: Executions;
  readonly ledgers: LedgerStore;
  config(): HpConfig;
  weaklyConnected(): boolean;
  peers(): string[];
  connectedUsers(): Hex[];
  step(event: ConsensusEvent): void;
}

/** What the user port asks, answered by the node behind it (reference 6). */
export function userHandlers(host: UserHost): UserPortHandlers {
  const { consensus } = host;
  const usersChanged = (): void => host.step({ type: 'users', users: host.connectedUsers() });
  return {
    status: () => {
      const { contract, user, node } = host.config();
      return {
        hpVersion: HP_VERSION,
        ledgerSeqNo: consensus.view.last.seqNo,
        ledgerHash: consensus.view.last.hash,
        voteStatus: consensus.view.status,
        roundTime: consensus.view.roundTime,
        contractExecutionEnabled: contract.execute,
        readRequestsEnabled: user.concurrent_read_requests > 0,
        isFullHistoryNode: node.history === 'full',
        weaklyConnected: host.weaklyConnected(),
        currentUnl: consensus.view.unl,
        peers: host.peers(),
      };
    },
    lastLedger: () => consensus.view.last,
    unl: () => consensus.view.unl,
    submit: (input, container) => {
      const reason = consensus.checkSubmit(input, container);
      if (!reason) host.step({ type: 'input', input });
      return reason;
    },
    read: (pubkey, _protocol, content) => (host.config().contract.execute ? host.executions.read(pubkey, content) : Promise.resolve(undefined)),
    query: (pubkey, query) => queryLedger(host.ledgers, query, (owner) => owner === pubkey || host.config().contract.consensus.mode === 'public'),
    connected: usersChanged,
    disconnected: usersChanged,
  };
}

/** A private contract shows each user only what is his (reference 4.4). */
function queryLedger(ledgers: LedgerStore, { seqNo, inputs, outputs }: LedgerQuery, mayRead: (owner: Hex) => boolean): readonly LedgerView[] | 'exec_failure' {
  const ledger = seqNo === 0 ? GENESIS : ledgers.entry(seqNo)?.ledger;
  if (!ledger) return inputs || outputs ? 'exec_failure' : [];
  const raw = ledgers.rawOf(ledger);
  return [{
    ledger,
    ...(inputs ? { inputs: raw.inputs.map((i) => (mayRead(i.pubkey) ? i : { ...i, blob: Buffer.alloc(0) })) } : {}),
    ...(outputs ? { outputs: raw.outputs.map((o) => (mayRead(o.pubkey) ? o : { ...o, blobs: [] })) } : {}),
  }];
}
