/** At a time on each address of a port, whatever hp.cfg allows: each costs some memory, also before anybody is known who makes it. */
export const MOST_CONNECTIONS = 1000;
