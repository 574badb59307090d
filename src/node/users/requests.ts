import { inputHash, type RejectReason } from '../../hotpocket/inputs';
import { parseContainer } from '../../hotpocket/protocol/container';
import { encodeInputStatus, encodeLastLedger, encodeQueryResult, encodeStatus } from '../../hotpocket/protocol/serverMessages';
import { parseUserMessage, type UserMessage } from '../../hotpocket/protocol/userMessages';
import type { ReadRequests } from './readRequests';
import type { ConnectedUser } from './session';
import type { UserPortHandlers } from './types';

type Message<T extends UserMessage['type']> = Extract<UserMessage, { type: T }>;

/** What registered users ask, and its answers (reference 6.4). */
export class UserRequests {
  /** `reads` is undefined where read requests are switched off; they are ignored then. */
  constructor(private readonly handlers: UserPortHandlers, private readonly reads: ReadRequests | undefined) {}

  /** False for a bad message, which counts against the user's limit of them. */
  handle(user: ConnectedUser, bytes: Buffer): boolean {
    const message = parseUserMessage(user.protocol, bytes);
    if ('error' in message) return reject(user, message.error, '');
    switch (message.type) {
      case 'stat':
        user.send(encodeStatus(user.protocol, this.handlers.status()));
        return true;
      case 'lcl':
        user.send(encodeLastLedger(user.protocol, this.handlers.lastLedger()));
        return true;
      case 'subscription':
        if (message.enabled) user.subscriptions.add(message.channel);
        else user.subscriptions.delete(message.channel);
        return true;
      case 'ledger_query':
        user.send(encodeQueryResult(user.protocol, message.id, this.handlers.query(user.pubkey, message.query)));
        return true;
      case 'contract_read_request':
        this.reads?.add({ user, id: message.id, content: message.content });
        return true;
      case 'contract_input':
        return this.submit(user, message);
      case 'unanswered':
        return false;
    }
  }

  private submit(user: ConnectedUser, { container, signature }: Message<'contract_input'>): boolean {
    const parsed = parseContainer(user.protocol, container);
    const { pubkey, protocol } = user;
    const reason = parsed ? this.handlers.submit({ pubkey, protocol, container, signature }, parsed) : 'bad_msg_format';
    return reason === undefined || reject(user, reason, inputHash(signature));
  }
}

function reject(user: ConnectedUser, reason: RejectReason, hash: string): false {
  user.send(encodeInputStatus(user.protocol, { status: 'rejected', reason, inputHash: hash }));
  return false;
}
