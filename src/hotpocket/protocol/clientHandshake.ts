import type { Hex } from '../hash';
import type { UserProtocol } from '../inputs';
import { isPublicKey, sign, verify, type KeyPair } from '../keys';
import { isSignature, readFields } from './fields';
import type { Challenge } from './handshake';

/** The user's side of the handshake; the node's side is in handshake.ts (reference 6.3). */
export interface ServerChallengeResponse {
  readonly signature: Hex;
  readonly publicKey: Hex;
  readonly unl: readonly Hex[];
}

/** Undefined for anything that is not a complete `user_challenge`. */
export function parseChallenge(bytes: Uint8Array): Challenge | undefined {
  const fields = readFields('json', bytes);
  if (fields?.text('type') !== 'user_challenge') return undefined;
  const [hpVersion, contractId, contractVersion, challenge] = ['hp_version', 'contract_id', 'contract_version', 'challenge'].map((name) => fields.text(name));
  if (!hpVersion || !contractId || !contractVersion || !challenge) return undefined;
  return { hpVersion, contractId, contractVersion, challenge };
}

/** Proof of the user's key; the node is asked for proof of its own by `serverChallenge`, at most 32 characters. */
export function encodeChallengeResponse({ challenge }: Challenge, keys: KeyPair, protocol: UserProtocol, serverChallenge: string): Buffer {
  return Buffer.from(JSON.stringify({
    type: 'user_challenge_response',
    sig: sign(Buffer.from(challenge), keys.privateKey),
    pubkey: keys.publicKey,
    server_challenge: serverChallenge,
    protocol,
  }));
}

/** Undefined for anything that is not a complete `server_challenge_response`; the signature is not checked here. */
export function parseServerChallengeResponse(bytes: Uint8Array): ServerChallengeResponse | undefined {
  const fields = readFields('json', bytes);
  if (fields?.text('type') !== 'server_challenge_response') return undefined;
  const signature = fields.hex('sig');
  const publicKey = fields.hex('pubkey');
  const unl = fields.texts('unl');
  if (!isSignature(signature) || !publicKey || !isPublicKey(publicKey) || !unl?.every(isPublicKey)) return undefined;
  return { signature, publicKey, unl: unl.map((key) => key.toLowerCase()) };
}

/** True if the node signed this challenge, together with the contract that it told in its own. */
export function provesNode({ signature, publicKey }: ServerChallengeResponse, serverChallenge: string, { contractId, contractVersion }: Challenge): boolean {
  return verify(Buffer.from(serverChallenge + contractId + contractVersion), signature, publicKey);
}
