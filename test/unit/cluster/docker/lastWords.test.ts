import { expect, it } from 'vitest';
import { lastWords } from '../../../../src/cluster/docker/logs/lastWords';

const line = (level: string, message: string): string => `20261123 00:18:55.409 [${level}][hpc] ${message}`;

it.each([
  ['a configuration that hpcore refuses, again and again', ['Round time must be between 1 and 3600000ms inclusive.', 'Round time must be between 1 and 3600000ms inclusive.'], 'Round time must be between 1 and 3600000ms inclusive.'],
  ['several lines on one cause', ['Invalid value for contract id.', 'Invalid configuration values at /hpdevkit_vol/node1/cfg/hp.cfg'], 'Invalid value for contract id. Invalid configuration values at /hpdevkit_vol/node1/cfg/hp.cfg'],
  [
    'errors before what it stops',
    [line('inf', 'HotPocket 0.6.4'), line('err', 'User hpws server creation failed. 98 Could not bind socket for listen. Port: 8081'), line('inf', 'Stopped hpfs process.'), line('inf', 'Hpfs ldgr server stopped.')],
    'User hpws server creation failed. 98 Could not bind socket for listen. Port: 8081',
  ],
  [
    'the last three of many',
    ["fuse: device not found, try 'modprobe fuse' first", line('err', 'hpfs process 7 has stopped.'), line('err', "Couldn't initialize hpfs process at mount x."), line('err', 'Contract file system initialization failed.')],
    "hpfs process 7 has stopped. Couldn't initialize hpfs process at mount x. Contract file system initialization failed.",
  ],
  ['nothing but what it does', [line('inf', 'HotPocket 0.6.4'), line('inf', 'Role: Validator')], line('inf', 'Role: Validator')],
  ['silence', [''], ''],
])('a node that ends after %s', (_, lines, words) => {
  expect(lastWords(`${lines.join('\n')}\n`)).toBe(words);
});
