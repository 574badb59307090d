import { version as productVersion } from '../../../package.json';
import { HP_VERSION } from '../../hotpocket/version';
import { requireAtMost, type Command } from '../command';

export const version: Command = {
  name: 'version',
  usage: '',
  summary: 'Show the version of this program and of HotPocket.',
  details: [],
  run({ positionals, output, env }) {
    requireAtMost(0, positionals, version);
    output.line(`hotpocket ${productVersion} (HotPocket ${HP_VERSION})`);
    // Set by the commands that VS Code's terminals get (src/extension/terminal/shims.ts).
    const calledAs = env.HOTPOCKET_CALLED_AS;
    if (calledAs) output.line(`Here ${calledAs} is the command of HotPocket Studio's embedded cluster (setting hotpocket.terminal.hpdevkit).`);
    return Promise.resolve();
  },
};
