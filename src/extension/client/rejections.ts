import type { RejectReason } from '../../hotpocket/inputs';
import type { L10n } from '../model/words';

/** Why an input was rejected, in words (reference 3.8). A reason that we do not know says so by itself. */
export function rejectionWords(reason: RejectReason, l10n: L10n): string {
  switch (reason) {
    case 'bad_msg_format': return l10n.t('the node could not read it');
    case 'invalid_msg_type': return l10n.t('the node does not know this kind of message');
    case 'bad_sig': return l10n.t('its signature is wrong');
    case 'already_submitted': return l10n.t('it was submitted before');
    case 'nonce_expired': return l10n.t('an input with a higher nonce came before it');
    case 'max_ledger_expired': return l10n.t('the last ledger that it might go into has passed');
    case 'max_ledger_offset_exceeded': return l10n.t('it asks for a ledger too far ahead (contract.max_input_ledger_offset)');
    case 'round_inputs_overflow': return l10n.t('this user sent more bytes than a round allows (contract.round_limits.user_input_bytes)');
    default: return l10n.t('the node gives a reason of its own');
  }
}
