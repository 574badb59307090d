import { lookAt } from '../ui/progress';
import type { Command } from './command';

export const refresh: Command = {
  id: 'hotpocket.refresh',
  run: ({ model }) => lookAt(model),
};
