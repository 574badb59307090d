import { HotPocketError } from '../../base/errors';
import { lookAt } from '../ui/progress';
import type { Command } from './command';

export const showAllLogs: Command = {
  id: 'hotpocket.showAllLogs',
  async run({ model, logs }) {
    await lookAt(model);
    if (!model.status) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: 'default' });
    logs.showAll();
  },
};
