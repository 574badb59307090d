// Change it, build, and upgrade with the client.
export const version = '1.0';
