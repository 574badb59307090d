import type { Command } from './command';
import { startNode } from './startNode';
import { stopNode } from './stopNode';

/** All commands of package.json, each in a file of its own. */
export const commands: readonly Command[] = [startNode, stopNode];
