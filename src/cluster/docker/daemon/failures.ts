import { errorText, HotPocketError, systemCode } from '../../../base/errors';
import { endpointText, type Endpoint } from './endpoint';

/** The daemon answered, with this HTTP status. */
export const hasStatus = (error: unknown, status: number): boolean => statusOf(error) === status;

/** The daemon's own words, without what dockerode puts around them. */
export function daemonText(error: unknown): string {
  const { json } = error as { json?: { message?: unknown } };
  const said = typeof json?.message === 'string' ? json.message : errorText(error).replace(/^\(HTTP code \d+\) [^-]* - /, '');
  return said.trim().replace(/[.]?$/, '.');
}

/** What went wrong between us and a daemon, as an error of the catalogue. */
export function dockerFailure(error: unknown, endpoint: Endpoint): HotPocketError {
  if (error instanceof HotPocketError) return error as HotPocketError;
  const address = endpointText(endpoint);
  if (statusOf(error) !== undefined) return new HotPocketError('DOCKER_REFUSED', { problem: daemonText(error) }, { cause: error });
  const code = systemCode(error);
  if (endpoint.kind === 'socket' && (code === 'EACCES' || code === 'EPERM')) return new HotPocketError('DOCKER_SOCKET_DENIED', { path: endpoint.path }, { cause: error });
  return new HotPocketError('DOCKER_UNREACHABLE', { address, problem: PROBLEMS[code ?? ''] ?? errorText(error) }, { cause: error });
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'there is no such host',
  ETIMEDOUT: 'there was no answer',
};

/** Podman answers 500 where Docker has a status of its own; its word for the cause tells. */
const PODMAN_CAUSES: Readonly<Record<string, number>> = { 'no such container': 404, 'that name is already in use': 409 };

function statusOf(error: unknown): number | undefined {
  const { statusCode, json } = error as { statusCode?: unknown; json?: { cause?: unknown } };
  if (typeof statusCode !== 'number') return undefined;
  return (statusCode === 500 ? PODMAN_CAUSES[String(json?.cause)] : undefined) ?? statusCode;
}
