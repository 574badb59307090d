import { resolve } from 'node:path';
import { requireAtMost, usageError, watchedTask, type Command } from '../command';
import { clusterDefaults, defaultNode } from '../../cluster/environment';
import { streamLogs } from '../streaming';

export const deploy: Command = {
  name: 'deploy',
  usage: '<path>',
  summary: 'Deploy the contract in a folder to all nodes and start them.',
  details: [
    'The cluster is created if there is none. Ledgers and state begin anew with every deployment.',
    'Afterwards the log of one node is shown until Ctrl+C; the cluster keeps running.',
    '',
    'Environment:',
    '  HP_CLUSTER_SIZE       number of nodes of a new cluster (3)',
    '  HP_DEFAULT_NODE       node whose log is shown afterwards (1), 0 for none',
    '  HP_USER_PORT_BEGIN    port of node 1 for users, others follow (8081); for a new cluster',
    '  HP_PEER_PORT_BEGIN    port of node 1 for peers, others follow (22861); for a new cluster',
  ],
  async run(invocation) {
    const { positionals, env, engine, output } = invocation;
    const [path] = positionals;
    if (path === undefined) throw usageError('The contract folder is missing.', deploy);
    requireAtMost(1, positionals, deploy);
    const defaults = clusterDefaults(env);
    const shown = defaultNode(env);
    output.info('command: deploy (cluster: default)');
    const { nodes } = await engine.deploy({ path: resolve(path), defaults }, watchedTask(invocation));
    output.success(`Deployed to ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}.`);
    if (env.HP_CLUSTER_SIZE && nodes.length !== defaults.size) {
      output.line(`The cluster has ${nodes.length} nodes; HP_CLUSTER_SIZE counts when it is created. To change it: hotpocket clean, then deploy.`);
    }
    if (shown > 0) await streamLogs(invocation, shown, { sinceStart: true });
  },
};
