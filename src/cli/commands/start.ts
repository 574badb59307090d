import { nodeArgument, watchedTask, type Command } from '../command';

export const start: Command = {
  name: 'start',
  usage: '[n]',
  summary: 'Start node n, or all nodes.',
  details: ['Nodes keep their ledger and state, and catch up with the others.'],
  async run(invocation) {
    const node = nodeArgument(invocation, start);
    invocation.output.info('command: start (cluster: default)');
    await invocation.engine.start(node, watchedTask(invocation));
    invocation.output.success(node === undefined ? 'All nodes are running.' : `Node ${node} is running.`);
  },
};
