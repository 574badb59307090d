import { HP_VERSION } from '../../hotpocket/version';
import type { InputRange } from './inputFile';
import type { RunContext } from './types';

/** The numbers under which the contract finds its descriptors (reference 7.3). */
export interface ContractDescriptors {
  readonly userIn: number;
  readonly control: number;
  /** Absent for read requests. */
  readonly npl?: number;
  /** In the order of the users. */
  readonly userOut: readonly number[];
}

/** What a contract reads from stdin: one line, keys in the order of reference 7.2. `ranges` in the order of the users. */
export function contractArgs(context: RunContext, fds: ContractDescriptors, ranges: readonly (readonly InputRange[])[]): string {
  return JSON.stringify({
    hp_version: HP_VERSION,
    contract_id: context.contractId,
    public_key: context.publicKey,
    private_key: context.privateKey,
    timestamp: context.timestamp,
    readonly: context.readonly,
    // JSON leaves out what is undefined, as HotPocket leaves these out of a read request.
    lcl_seq_no: context.ledger?.seqNo,
    lcl_hash: context.ledger?.hash,
    npl_fd: fds.npl,
    control_fd: fds.control,
    user_in_fd: fds.userIn,
    users: Object.fromEntries(context.users.map((user, i) => [user.pubkey, [fds.userOut[i], ...(ranges[i] ?? [])]])),
    unl: Object.fromEntries(context.unl.map((node) => [node.pubkey, { active_on: node.activeOn }])),
  });
}
