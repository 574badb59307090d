import type { Command } from './command';

export const showOutput: Command = {
  id: 'hotpocket.showOutput',
  run: ({ log }) => log.show(true),
};
