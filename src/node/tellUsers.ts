import type { Effect } from './consensus/types';
import type { UserServer } from './users/server';

type ForUsers = Extract<Effect, { readonly type: 'voteStatus' | 'reject' | 'accept' | 'deliver' }>;

/** What consensus has to say to users, to those who are connected here. */
export function tellUsers(users: UserServer, effect: ForUsers): void {
  switch (effect.type) {
    case 'voteStatus':
      return users.publish({ channel: 'ledger_event', event: 'vote_status', voteStatus: effect.status });
    case 'reject':
      return users.inputStatus(effect.pubkey, { status: 'rejected', reason: effect.reason, inputHash: effect.inputHash });
    case 'accept':
      for (const { pubkey, inputHash } of effect.inputs) {
        users.inputStatus(pubkey, { status: 'accepted', inputHash, ledgerSeqNo: effect.ledger.seqNo, ledgerHash: effect.ledger.hash });
      }
      return;
    case 'deliver':
      for (const { pubkey, messages, outputHash, hashTree } of effect.outputs) {
        users.output(pubkey, { ledgerSeqNo: effect.ledger.seqNo, ledgerHash: effect.ledger.hash, messages, outputHash, hashTree, unlSignatures: effect.signatures });
      }
  }
}
