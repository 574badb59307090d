import { requireAtMost, watchedTask, type Command } from '../command';
import { defaultNode } from '../../cluster/environment';
import { streamLogs } from '../streaming';

export const spawn: Command = {
  name: 'spawn',
  usage: '',
  summary: 'Add a node that follows the cluster without having a vote.',
  details: ['Afterwards its log is shown until Ctrl+C, unless HP_DEFAULT_NODE is 0.'],
  async run(invocation) {
    const { positionals, env, engine, output } = invocation;
    requireAtMost(0, positionals, spawn);
    const shown = defaultNode(env);
    output.info('command: spawn (cluster: default)');
    const { node, userPort, peerPort } = await engine.spawn(watchedTask(invocation));
    output.success(`Node ${node} is running (users: ${userPort}, peers: ${peerPort}).`);
    if (shown > 0) await streamLogs(invocation, node, { sinceStart: true });
  },
};
