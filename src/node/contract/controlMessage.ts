import { isPeerAddress } from '../../hotpocket/config';

/** A contract's wish to connect its node to others (reference 7.9). */
export interface PeerChangeset {
  readonly add: readonly string[];
  /** '*': all there are. */
  readonly remove: readonly string[] | '*';
}

export class ControlMessageError extends Error {}

/** What a control message asks for; undefined for types that mean nothing to this version. Throws a ControlMessageError with hpcore's words. */
export function parseControlMessage(text: string): { readonly changePeers: () => PeerChangeset } | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    // It quotes the contract's bytes, which are to stay within a line of the log.
    const problem = error instanceof Error ? error.message.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ') : '';
    throw new ControlMessageError(`Control json message parsing failed. ${problem}`);
  }
  const message = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  if (typeof message['type'] !== 'string') throw new ControlMessageError("Control json message 'type' missing or invalid.");
  if (message['type'] !== 'peer_changeset') return undefined;
  return { changePeers: () => ({ add: addresses(message, 'add'), remove: message['remove'] === '*' ? '*' : addresses(message, 'remove') }) };
}

function addresses(message: Record<string, unknown>, field: string): string[] {
  const list = message[field];
  if (!Array.isArray(list)) throw new ControlMessageError(`Extract peers: Invalid array field: ${field}`);
  return list.map((entry: unknown) => {
    if (typeof entry !== 'string') throw new ControlMessageError(`Extract peers: Invalid peer entry in field: ${field}`);
    if (!isPeerAddress(entry)) throw new ControlMessageError(`Extract peers: Invalid peer format in field: ${field}`);
    return entry;
  });
}
