import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errorText, HotPocketError } from '../../../base/errors';

/** Where a Docker daemon is reached. */
export type Endpoint =
  /** A Unix socket, or a named pipe on Windows. */
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: Tls }
  | { readonly kind: 'ssh'; readonly host: string; readonly user?: string; readonly port?: number; readonly path?: string };

/** PEM texts. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly skipVerify?: boolean;
}

const WINDOWS_PIPE = '//./pipe/docker_engine';
const DEFAULT_PORT = 2375;
const DEFAULT_TLS_PORT = 2376;

/**
 * The daemon that the docker command would use: DOCKER_HOST, DOCKER_CONTEXT, the current context of its configuration, or the usual
 * socket, that of Docker Desktop, of a rootless daemon, or of Podman. Throws DOCKER_CONTEXT_INVALID.
 */
export function findEndpoint(env: NodeJS.ProcessEnv): Endpoint {
  const home = env.HOME || env.USERPROFILE || homedir();
  if (env.DOCKER_HOST) return parseHost(env.DOCKER_HOST, env.DOCKER_TLS_VERIFY ? readTls(env.DOCKER_CERT_PATH || join(home, '.docker')) : undefined);
  const folder = env.DOCKER_CONFIG || join(home, '.docker');
  const context = env.DOCKER_CONTEXT || currentContext(folder);
  return context === undefined || context === 'default' ? usualSocket(env, home) : contextEndpoint(folder, context);
}

/** Reads an address as the docker command knows them. Throws DOCKER_CONTEXT_INVALID. */
function parseHost(address: string, tls?: Tls): Endpoint {
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(address) ?? [];
  if (scheme === 'unix' || scheme === 'npipe') return { kind: 'socket', path: rest || (scheme === 'npipe' ? WINDOWS_PIPE : '/var/run/docker.sock') };
  let url: URL;
  let user: string;
  let path: string;
  try {
    // Of an unknown scheme URL takes the host for a path.
    url = new URL(`http://${rest}`);
    user = decodeURIComponent(url.username);
    path = decodeURIComponent(url.pathname);
  } catch (error) {
    throw invalid(address, `it is not an address (${errorText(error)}).`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  // A host that begins with a dash would be an option to ssh.
  if (host === '' || host.startsWith('-') || user.startsWith('-')) throw invalid(address, 'it names no host.');
  if (scheme === 'ssh') {
    return { kind: 'ssh', host, ...(user !== '' && { user }), ...(url.port !== '' && { port: Number(url.port) }), ...(path.length > 1 && { path }) };
  }
  if (!['tcp', 'http', 'https'].includes(scheme)) throw invalid(address, `${scheme}:// is not known.`);
  const secure = tls ?? (scheme === 'https' ? {} : undefined);
  return { kind: 'tcp', host, port: Number(url.port) || (secure ? DEFAULT_TLS_PORT : DEFAULT_PORT), ...(secure && { tls: secure }) };
}

/** For people. */
export function endpointText(endpoint: Endpoint): string {
  if (endpoint.kind === 'socket') return endpoint.path;
  const port = endpoint.port === undefined ? '' : `:${endpoint.port}`;
  return endpoint.kind === 'tcp' ? `tcp://${endpoint.host}${port}` : `ssh://${endpoint.user === undefined ? '' : `${endpoint.user}@`}${endpoint.host}${port}`;
}

/** The machine on which published ports are. */
export const publishedHost = (endpoint: Endpoint): string => (endpoint.kind === 'socket' ? 'localhost' : endpoint.host);

const invalid = (context: string, problem: string): HotPocketError => new HotPocketError('DOCKER_CONTEXT_INVALID', { context, problem });

function currentContext(folder: string): string | undefined {
  const file = join(folder, 'config.json');
  if (!existsSync(file)) return undefined;
  try {
    const { currentContext: name } = JSON.parse(readFileSync(file, 'utf8')) as { currentContext?: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch (error) {
    throw invalid(file, errorText(error));
  }
}

/** The docker command keeps what it knows of a context in a folder named by the hash of its name. */
function contextEndpoint(folder: string, context: string): Endpoint {
  const id = createHash('sha256').update(context).digest('hex');
  const file = join(folder, 'contexts', 'meta', id, 'meta.json');
  if (!existsSync(file)) throw invalid(context, `there is no such context (${file}).`);
  let docker: { Host?: unknown; SkipTLSVerify?: unknown };
  try {
    docker = (JSON.parse(readFileSync(file, 'utf8')) as { Endpoints: { docker: typeof docker } }).Endpoints.docker;
  } catch (error) {
    throw invalid(context, `${file}: ${errorText(error)}`);
  }
  if (typeof docker?.Host !== 'string' || docker.Host === '') throw invalid(context, `${file} names no host.`);
  const certificates = join(folder, 'contexts', 'tls', id, 'docker');
  const skip = docker.SkipTLSVerify === true;
  const tls = existsSync(certificates) ? { ...readTls(certificates), ...(skip && { skipVerify: true }) } : skip ? { skipVerify: true } : undefined;
  return parseHost(docker.Host, tls);
}

function readTls(folder: string): Tls {
  const entries = (['ca', 'cert', 'key'] as const).flatMap((name) => {
    const file = join(folder, `${name}.pem`);
    return existsSync(file) ? [[name, readFileSync(file, 'utf8')]] : [];
  });
  return Object.fromEntries(entries) as Tls;
}

function usualSocket(env: NodeJS.ProcessEnv, home: string): Endpoint {
  if (process.platform === 'win32') return { kind: 'socket', path: WINDOWS_PIPE };
  const runtime = env.XDG_RUNTIME_DIR;
  const candidates = [
    '/var/run/docker.sock',
    join(home, '.docker', 'run', 'docker.sock'),
    join(home, '.docker', 'desktop', 'docker.sock'),
    ...(runtime ? [join(runtime, 'docker.sock'), join(runtime, 'podman', 'podman.sock')] : []),
    '/run/podman/podman.sock',
  ];
  return { kind: 'socket', path: candidates.find((path) => existsSync(path)) ?? '/var/run/docker.sock' };
}
