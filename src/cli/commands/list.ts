import { templates } from '../../project/templates';
import { requireAtMost, usageError, type Command } from '../command';

export const list: Command = {
  name: 'list',
  usage: '[platform]',
  summary: 'List what hotpocket gen can make.',
  details: [],
  run({ positionals, output }) {
    requireAtMost(1, positionals, list);
    const [platform] = positionals;
    const listed = templates.filter((template) => platform === undefined || template.platform === platform);
    const platforms = [...new Set(templates.map((template) => template.platform))];
    if (listed.length === 0) throw usageError(`There are no templates for '${platform}', only for ${platforms.join(', ')}.`, list);
    output.info('List templates');
    const width = (of: 'platform' | 'type'): number => Math.max(...listed.map((template) => template[of].length));
    for (const template of listed) output.line(`${template.platform.padEnd(width('platform'))}  ${template.type.padEnd(width('type'))}  ${template.summary}`);
    return Promise.resolve();
  },
};
