import { version as productVersion } from '../../../package.json';
import { HP_VERSION } from '../../hotpocket/version';
import { requireAtMost, type Command } from '../command';

export const version: Command = {
  name: 'version',
  usage: '',
  summary: 'Show the version of this program and of HotPocket.',
  details: [],
  run({ positionals, output }) {
    requireAtMost(0, positionals, version);
    output.line(`hotpocket ${productVersion} (HotPocket ${HP_VERSION})`);
    return Promise.resolve();
  },
};
