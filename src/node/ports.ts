/** What the user port and the peer port have in common. */

/** At a time on each address of a port, whatever hp.cfg allows: each costs some memory, also before anybody is known who makes it. */
export const MOST_CONNECTIONS = 1000;

/** Where a node listens, unless it is told otherwise: for this machine alone. */
export const LOOPBACK = ['127.0.0.1', '::1'];
