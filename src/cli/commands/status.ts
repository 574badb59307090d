import { HotPocketError } from '../../base/errors';
import { requireAtMost, showNotices, type Command } from '../command';
import { statusText } from '../statusText';

export const status: Command = {
  name: 'status',
  usage: '[--json]',
  summary: 'Show the cluster and its nodes.',
  details: ['Looking changes nothing: no node is started, and none gets a user but on Docker, for a moment (HOTPOCKET_OBSERVER=off prevents it).', '', 'Options:', '  --json    for programs'],
  options: { json: { type: 'boolean' } },
  async run(invocation) {
    const { positionals, values, engine, output } = invocation;
    requireAtMost(0, positionals, status);
    showNotices(invocation);
    const cluster = await engine.status();
    if (!cluster) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: 'default' });
    output.line(values.json === true ? JSON.stringify(cluster, null, 2) : statusText(cluster));
  },
};
