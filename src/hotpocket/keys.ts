import { createPrivateKey, createPublicKey, generateKeyPairSync, sign as cryptoSign, verify as cryptoVerify, type KeyObject } from 'node:crypto';
import { fromHex, type Hex } from './hash';

/**
 * Ed25519 keys in HotPocket's form: the public key is 33 bytes, 0xED and the key (66 hex digits); the private key is
 * 65 bytes, 0xED, the seed and the public key (130 hex digits).
 */
export interface KeyPair {
  readonly publicKey: Hex;
  readonly privateKey: Hex;
}

const PREFIX = 'ed';

export function generateKeyPair(): KeyPair {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const seed = Buffer.from(jwk.d ?? '', 'base64url').toString('hex');
  const pub = Buffer.from(jwk.x ?? '', 'base64url').toString('hex');
  return { publicKey: PREFIX + pub, privateKey: PREFIX + seed + pub };
}

// Turning raw bytes into a KeyObject costs as much as a signature, and a cluster uses few keys; the bound keeps a
// stream of strangers' keys from growing it.
const CACHE_LIMIT = 1024;
const publicKeys = new Map<Hex, KeyObject>();
const privateKeys = new Map<Hex, KeyObject>();

function cached(cache: Map<Hex, KeyObject>, key: Hex, make: () => KeyObject): KeyObject {
  let object = cache.get(key);
  if (!object) {
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(key, (object = make()));
  }
  return object;
}

const base64url = (hex: Hex): string => fromHex(hex).toString('base64url');

function publicKeyObject(key: Hex): KeyObject {
  return cached(publicKeys, key, () => createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: base64url(key.slice(2, 66)) } }));
}

function privateKeyObject(key: Hex): KeyObject {
  return cached(privateKeys, key, () =>
    createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', d: base64url(key.slice(2, 66)), x: base64url(key.slice(66, 130)) } }),
  );
}

/** A detached signature of 64 bytes, in hex. */
export function sign(message: Uint8Array, privateKey: Hex): Hex {
  return cryptoSign(null, message, privateKeyObject(privateKey)).toString('hex');
}

/** False for a wrong signature and for anything that is not a key or signature at all. */
export function verify(message: Uint8Array, signature: Hex, publicKey: Hex): boolean {
  if (!isPublicKey(publicKey) || !/^[0-9a-f]{128}$/i.test(signature)) return false;
  try {
    return cryptoVerify(null, message, publicKeyObject(publicKey.toLowerCase()), fromHex(signature));
  } catch {
    return false;
  }
}

export const isPublicKey = (text: string): boolean => /^ed[0-9a-f]{64}$/i.test(text);

/** True if the two keys belong together (a test message is signed and verified, as hpcore does). */
export function keysMatch(pair: KeyPair): boolean {
  try {
    const probe = Buffer.from('HotPocket');
    return verify(probe, sign(probe, pair.privateKey), pair.publicKey);
  } catch {
    return false;
  }
}
