import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Request } from './request';

// Files in the working folder are the contract's state: all nodes must end up with the same ones.
const FILE = 'datafile.txt';

export type Answer = { readonly type: 'statResult' | 'dataResult'; readonly data: string } | { readonly type: 'error'; readonly error: string };

export function answer({ type, data }: Request, readonly: boolean): Answer {
  switch (type) {
    case 'stat':
      return { type: 'statResult', data: 'Contract is online' };
    case 'get':
      return { type: 'dataResult', data: existsSync(FILE) ? readFileSync(FILE, 'utf8') : '' };
    case 'set':
      if (readonly) return { type: 'error', error: 'Data can only be set by an input, not by a read request' };
      if (typeof data !== 'string') return { type: 'error', error: 'Data must be text' };
      writeFileSync(FILE, data);
      return { type: 'dataResult', data: 'success' };
    default:
      return { type: 'error', error: typeof type === 'string' ? `Unknown request type: ${type}` : 'Send JSON, such as {"type":"set","data":"hello"}' };
  }
}
