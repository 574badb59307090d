import { existsSync, readFileSync, writeFileSync } from 'node:fs';

// Files in the working folder are the contract's state: all nodes must end up with the same ones.
const FILE = 'datafile.txt';

export type Request = { readonly type: 'stat' | 'get' } | { readonly type: 'set'; readonly data: string };
export type Answer = { readonly type: 'statResult' | 'dataResult'; readonly data: string } | { readonly type: 'error'; readonly error: string };

export function answer(request: Request, readonly: boolean): Answer {
  switch (request.type) {
    case 'stat':
      return { type: 'statResult', data: 'Contract is online' };
    case 'get':
      return { type: 'dataResult', data: existsSync(FILE) ? readFileSync(FILE, 'utf8') : '' };
    case 'set':
      if (readonly) return { type: 'error', error: 'Data can only be set by an input, not by a read request' };
      writeFileSync(FILE, request.data);
      return { type: 'dataResult', data: 'success' };
    default:
      return { type: 'error', error: 'Unknown request type' };
  }
}
