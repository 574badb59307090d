import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findEndpoint, type Endpoint } from '../../../../src/cluster/docker/daemon/endpoint';
import { SshAgent } from '../../../../src/cluster/docker/daemon/sshAgent';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ssh '))));
afterEach(() => rmSync(folder, { recursive: true }));

const program = (name: string, ...lines: readonly string[]): void => writeFileSync(join(folder, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
const endpointOf = (address: string): Endpoint => findEndpoint({ DOCKER_HOST: address, HOME: folder });

/** What the docker command over there is given. */
async function given(address: string): Promise<string[]> {
  // As sshd does it: a shell gets all that stands after the host.
  program('ssh', 'while [ "$1" != -- ]; do shift; done', 'shift 2', 'exec sh -c "$*"');
  program('docker', 'for word; do echo "$word"; done');
  const agent = new SshAgent(endpointOf(address) as Extract<Endpoint, { kind: 'ssh' }>, { PATH: `${folder}:${process.env.PATH}` });
  const stream = agent.createConnection({});
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  agent.destroy();
  return text.trimEnd().split('\n');
}

describe('a daemon over ssh', () => {
  it('is asked for by the command that dials it', async () => {
    expect(await given('ssh://me@far.example:2222')).toEqual(['system', 'dial-stdio']);
    expect(await given('ssh://far/run/user/1000/docker.sock')).toEqual(['--host', 'unix:///run/user/1000/docker.sock', 'system', 'dial-stdio']);
  });

  it('has a socket whose path is no command over there, whatever is in it', async () => {
    const path = '/run/my docker\';echo $HOME `id` "&.sock';
    const address = `ssh://far${path.split('/').map(encodeURIComponent).join('/')}`;
    expect(endpointOf(address)).toEqual({ kind: 'ssh', host: 'far', path });
    expect(await given(address)).toEqual(['--host', `unix://${path}`, 'system', 'dial-stdio']);
    expect(await given('ssh://far/a;echo(b)$(id)')).toEqual(['--host', 'unix:///a;echo(b)$(id)', 'system', 'dial-stdio']);
  });

  it.each(['ssh://-oProxyCommand=x', 'ssh://%2DoProxyCommand=x@far', 'ssh://%zz@far', 'ssh://far/%zz'])('is refused by an address such as %s', (address) => {
    expect(() => endpointOf(address)).toThrow(expect.objectContaining({ code: 'DOCKER_CONTEXT_INVALID' }));
  });
});
