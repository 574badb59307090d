import { spawn } from 'node:child_process';
import { Agent, type AgentOptions } from 'node:http';
import { Duplex } from 'node:stream';
import { shellWord } from '../../../base/shellWord';
import type { Endpoint } from './endpoint';

type SshEndpoint = Extract<Endpoint, { kind: 'ssh' }>;

/**
 * Connections to a daemon over ssh, as the docker command makes them: each is the stdio of `docker system dial-stdio` over there. The user's
 * own ssh program does it, so that his configuration, agent and known hosts count.
 */
export class SshAgent extends Agent {
  constructor(private readonly endpoint: SshEndpoint, private readonly env: NodeJS.ProcessEnv, options?: AgentOptions) {
    super(options);
  }

  // Node.js takes any Duplex for a socket; its types don't say so.
  override createConnection(_options: unknown, callback?: (error: Error | null, stream: Duplex) => void): Duplex {
    const stream = dial(this.endpoint, this.env);
    callback?.(null, stream);
    return stream;
  }
}

function dial({ host, user, port, path }: SshEndpoint, env: NodeJS.ProcessEnv): Duplex {
  const options = ['-T', '-o', 'BatchMode=yes', ...(user === undefined ? [] : ['-l', user]), ...(port === undefined ? [] : ['-p', String(port)])];
  // What ssh is given after the host becomes a command line over there.
  const over = path === undefined ? [] : ['--host', shellWord(`unix://${path}`)];
  const child = spawn('ssh', [...options, '--', host, 'docker', ...over, 'system', 'dial-stdio'], { stdio: ['pipe', 'pipe', 'pipe'], env });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-1000)));
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  child.once('error', (error) => stream.destroy(error));
  child.once('close', (code) => {
    if (code !== 0 && !stream.destroyed) stream.destroy(new Error(complaint.trim().split('\n').at(-1) || `ssh ended with ${code}`));
  });
  stream.once('close', () => child.kill());
  // A connection that the agent drops because it has enough of them complains, and nobody listens any more.
  stream.on('error', () => undefined);
  // What http asks of a socket.
  return Object.assign(stream, { setKeepAlive: () => stream, setNoDelay: () => stream, setTimeout: () => stream, ref: () => stream, unref: () => stream });
}
