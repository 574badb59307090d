import { lookup as systemLookup, Resolver } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { systemCode } from '../../base/errors';

const ANSWER_WITHIN_MS = 2_000;
const resolver = new Resolver({ timeout: ANSWER_WITHIN_MS, tries: 1 });

/**
 * The IPv4 address of a peer's host, as hpws has it (reference 8.5). Asks DNS directly: getaddrinfo works in threads, and a process cannot end before
 * these, which takes 10 s for the name of a container that is stopped where no other DNS answers. Names that DNS does not know are left to the system.
 */
export const lookupPeer: LookupFunction = (hostname, options, callback) => {
  if (hostname === 'localhost') return systemLookup(hostname, options, callback);
  resolver.resolve4(hostname, (error, addresses) => {
    const [address] = addresses ?? [];
    if (address !== undefined) {
      if (options.all) callback(null, [{ address, family: 4 }]);
      else callback(null, address, 4);
    } else if (systemCode(error) === 'ENOTFOUND') systemLookup(hostname, options, callback);
    else callback(Object.assign(new Error(`${hostname} is not known`), { code: 'ENOTFOUND' }), '', 0);
  });
};
