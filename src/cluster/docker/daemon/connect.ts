import { Agent } from 'node:https';
import Docker from 'dockerode';
import type { Endpoint } from './endpoint';
import { SshAgent } from './sshAgent';

/** A client of the daemon; nothing is connected yet. dockerode reads the environment by itself, hence every field is given. */
export function openDocker(endpoint: Endpoint, env: NodeJS.ProcessEnv): Docker {
  const nothing = { socketPath: undefined, host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined, timeout: undefined, protocol: 'http' };
  return new Docker({ ...nothing, ...optionsOf(endpoint, env) } as unknown as Docker.DockerOptions);
}

function optionsOf(endpoint: Endpoint, env: NodeJS.ProcessEnv): object {
  if (endpoint.kind === 'socket') return { socketPath: endpoint.path };
  // The host is never looked up: the agent makes the connection.
  if (endpoint.kind === 'ssh') return { host: 'docker', port: 80, agent: new SshAgent(endpoint, env, { keepAlive: true }) };
  const { host, port, tls } = endpoint;
  if (!tls) return { host, port };
  const { ca, cert, key, skipVerify } = tls;
  return { host, port, protocol: 'https', agent: new Agent({ keepAlive: true, ca, cert, key, rejectUnauthorized: skipVerify !== true }) };
}
