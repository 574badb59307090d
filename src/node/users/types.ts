import type { Hex } from '../../hotpocket/hash';
import type { InputContainer, RejectReason, SignedInput, UserProtocol } from '../../hotpocket/inputs';
import type { LedgerQuery, LedgerView, NodeStatus } from '../../hotpocket/protocol/types';

export type {
  ContractOutput, InputStatus, LedgerInputView, LedgerOutputView, LedgerQuery, LedgerView, NodeStatus, ServerEvent,
} from '../../hotpocket/protocol/types';

/** What the user port asks of the node behind it. */
export interface UserPortHandlers {
  status(): NodeStatus;
  lastLedger(): { readonly seqNo: number; readonly hash: Hex };
  unl(): readonly Hex[];
  /** Immediate checks of a well-formed input (reference 3.8, "at submit"). A reason refuses it; undefined takes it on. */
  submit(input: SignedInput, container: InputContainer): RejectReason | undefined;
  /** One element per output of the contract; undefined if it can't be run now (the user then gets no answer). */
  read(pubkey: Hex, protocol: UserProtocol, content: Uint8Array): Promise<readonly Uint8Array[] | undefined>;
  /** 'exec_failure' where the real node answers so; an empty list where it knows no such ledger. */
  query(pubkey: Hex, query: LedgerQuery): readonly LedgerView[] | 'exec_failure';
  connected(pubkey: Hex, protocol: UserProtocol): void;
  disconnected(pubkey: Hex): void;
}
