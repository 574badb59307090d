import { requireAtMost, watchedTask, type Command } from '../command';

export const clean: Command = {
  name: 'clean',
  usage: '',
  summary: 'Stop all nodes and delete the cluster with all its data.',
  details: ['Keys, ledgers, state and logs of all nodes are gone afterwards. Contract folders are not touched.'],
  async run(invocation) {
    const { positionals, engine, output } = invocation;
    requireAtMost(0, positionals, clean);
    output.info('command: clean (cluster: default)');
    const { nodes, deleted } = await engine.clean(watchedTask(invocation));
    for (const path of deleted) output.line(`Deleted ${path}`);
    output.success(`The cluster with ${nodes} ${nodes === 1 ? 'node' : 'nodes'} is gone.`);
  },
};
