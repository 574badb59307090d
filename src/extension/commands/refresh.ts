import type { Command } from './command';

export const refresh: Command = {
  id: 'hotpocket.refresh',
  run: ({ model }) => model.refresh(),
};
