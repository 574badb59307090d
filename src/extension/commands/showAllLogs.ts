import { HotPocketError } from '../../base/errors';
import type { Command } from './command';

export const showAllLogs: Command = {
  id: 'hotpocket.showAllLogs',
  async run({ model, logs }) {
    await model.refresh();
    if (!model.status) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: 'default' });
    logs.showAll();
  },
};
