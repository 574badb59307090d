// Users, by the published client library.
import { createRequire } from 'node:module';

export const library = createRequire(import.meta.url)('hotpocket-js-client');

/** A user with keys of its own, connected to one node. */
export async function connect(cluster, node) {
  const client = await library.createClient([cluster.userServer(node)], await library.generateKeys());
  if (!(await client.connect())) throw new Error(`No connection to node ${node}.`);
  return client;
}
