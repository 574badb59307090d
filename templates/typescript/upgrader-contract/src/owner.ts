import { existsSync, readFileSync, writeFileSync } from 'node:fs';

// In the state, so that all nodes know the same owner.
const FILE = 'owner.txt';

export const is = (publicKey: string): boolean => existsSync(FILE) && readFileSync(FILE, 'utf8') === publicKey;

export function claim(publicKey: string): boolean {
  if (existsSync(FILE)) return is(publicKey);
  writeFileSync(FILE, publicKey);
  return true;
}
