import { blake3Hex, fromHex, type Hex } from '../../../src/hotpocket/hash';

/** Signatures that cost little and that nobody in the simulation forges. */
export const fakeSign = (message: Uint8Array, pubkey: Hex): Hex => {
  const half = blake3Hex(fromHex(pubkey), message);
  return half + half;
};

export const fakeVerify = (message: Uint8Array, signature: Hex, pubkey: Hex): boolean => signature === fakeSign(message, pubkey);
