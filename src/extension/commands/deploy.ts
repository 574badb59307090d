import { findContract } from '../contract/find';
import { deployFolder } from '../contract/deployFolder';
import type { Command } from './command';

export const deploy: Command = {
  id: 'hotpocket.deploy',
  needsTrust: true,
  steers: true,
  exclusive: true,
  async run(services, argument) {
    const folder = await findContract(services.context, argument);
    if (folder !== undefined) await deployFolder(services, folder);
  },
};
