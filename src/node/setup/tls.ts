import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import type { Hex } from '../../hotpocket/hash';

const DAY_MS = 24 * 60 * 60 * 1000;
const VALID_DAYS = 3650;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Key and self-signed certificate for the user port and the peer port, as PEM. */
export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
}

/**
 * Makes what hpcore calls openssl for (reference 1.1), on an elliptic curve because RSA keys take seconds. The subject is
 * hpcore's, with the first digits of the public key: all of them would exceed the 64 characters a common name may have.
 */
export async function makeTlsFiles(publicKey: Hex): Promise<TlsFiles> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: `C=HP, ST=HP, L=HP, O=HP, CN=${publicKey.slice(2, 10)}.hotpocket.contract`,
    keys,
    signingAlgorithm: ALGORITHM,
    // Clocks of containers and virtual machines may be behind.
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + VALID_DAYS * DAY_MS),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
    ],
  });
  return { key: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)), cert: `${cert.toString('pem')}\n` };
}

function pem(label: string, der: ArrayBuffer): string {
  const lines = Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
