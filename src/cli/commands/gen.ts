import { createProject } from '../../project/createProject';
import { requireAtMost, usageError, type Command } from '../command';

export const gen: Command = {
  name: 'gen',
  usage: '<platform> <type> <name>',
  summary: 'Make a new contract project.',
  details: ['Makes the folder <name> here. What there is to make is listed by hotpocket list.', 'Names are of small letters, digits and underscores, and begin with a letter.'],
  async run({ positionals, output }) {
    requireAtMost(3, positionals, gen);
    const [platform, type, name] = positionals;
    if (platform === undefined || type === undefined || name === undefined) throw usageError('A platform, a type and a name are needed.', gen);
    output.info('Code generator');
    await createProject({ platform, type, name, parent: process.cwd() });
    output.success(`Project '${name}' created.`);
  },
};
