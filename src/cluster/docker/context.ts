import type Docker from 'dockerode';
import type { HotPocketError } from '../../base/errors';
import type { Endpoint } from './daemon/endpoint';

/** What everything that changes the cluster works with. */
export interface DockerContext {
  readonly docker: Docker;
  readonly endpoint: Endpoint;
  readonly env: NodeJS.ProcessEnv;
  /** Something the user should know, without being a failure. */
  readonly notice: (error: HotPocketError, node?: number) => void;
}
