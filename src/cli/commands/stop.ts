import { nodeArgument, watchedTask, type Command } from '../command';

export const stop: Command = {
  name: 'stop',
  usage: '[n]',
  summary: 'Stop node n, or all nodes.',
  details: ['Nothing is lost: start brings them back. A node that does not stop within 10 seconds or two rounds is killed.'],
  async run(invocation) {
    const node = nodeArgument(invocation, stop);
    invocation.output.info('command: stop (cluster: default)');
    await invocation.engine.stop(node, watchedTask(invocation));
    invocation.output.success(node === undefined ? 'All nodes are stopped.' : `Node ${node} is stopped.`);
  },
};
