import { buildContract } from '../contract/build';
import { findContract } from '../contract/find';
import type { Command } from './command';

/** Runs the build script of a contract's project. */
export const build: Command = {
  id: 'hotpocket.build',
  needsTrust: true,
  async run({ context }, argument) {
    const folder = await findContract(context, argument);
    if (folder !== undefined) await buildContract(folder);
  },
};
