import { randomBytes } from 'node:crypto';
import type { Hex } from '../hash';
import type { UserProtocol } from '../inputs';
import { isPublicKey, sign, verify, type KeyPair } from '../keys';
import { isSignature, readFields } from './fields';

/** The handshake of the user port, always JSON (reference 6.3). */
export interface Challenge {
  readonly hpVersion: string;
  readonly contractId: string;
  readonly contractVersion: string;
  /** 16 random bytes as 32 hex digits; what is signed is this text, not the bytes it stands for. */
  readonly challenge: string;
}

export interface ChallengeResponse {
  readonly signature: Hex;
  readonly pubkey: Hex;
  readonly protocol: UserProtocol;
  /** Sent when the user wants proof of the node's key too. */
  readonly serverChallenge?: string;
}

const MAX_SERVER_CHALLENGE_BYTES = 32;

export const newChallenge = (): string => randomBytes(16).toString('hex');

export function encodeChallenge({ hpVersion, contractId, contractVersion, challenge }: Challenge): Buffer {
  return Buffer.from(JSON.stringify({
    hp_version: hpVersion, type: 'user_challenge', contract_id: contractId, contract_version: contractVersion, challenge,
  }));
}

/** Undefined for anything that is not a complete `user_challenge_response`; the signature is not checked here. */
export function parseChallengeResponse(bytes: Uint8Array): ChallengeResponse | undefined {
  const fields = readFields('json', bytes);
  if (fields?.text('type') !== 'user_challenge_response') return undefined;
  const signature = fields.hex('sig');
  const pubkey = fields.hex('pubkey');
  const protocol = fields.text('protocol');
  if (!isSignature(signature) || pubkey === undefined || !isPublicKey(pubkey)) return undefined;
  if (protocol !== 'json' && protocol !== 'bson') return undefined;
  if (!fields.has('server_challenge')) return { signature, pubkey, protocol };
  const serverChallenge = fields.text('server_challenge');
  if (!serverChallenge || Buffer.byteLength(serverChallenge) > MAX_SERVER_CHALLENGE_BYTES) return undefined;
  return { signature, pubkey, protocol, serverChallenge };
}

/** True if the response was signed for this challenge by the key it names. */
export function provesKey(response: ChallengeResponse, challenge: string): boolean {
  return verify(Buffer.from(challenge), response.signature, response.pubkey);
}

/** The node's answer to `serverChallenge`: proof of its key for the contract it told in its own challenge. */
export function encodeServerChallengeResponse(
  serverChallenge: string, { contractId, contractVersion }: Challenge, keys: KeyPair, unl: readonly Hex[],
): Buffer {
  return Buffer.from(JSON.stringify({
    type: 'server_challenge_response',
    sig: sign(Buffer.from(serverChallenge + contractId + contractVersion), keys.privateKey),
    pubkey: keys.publicKey,
    unl: [...unl].sort(),
  }));
}
