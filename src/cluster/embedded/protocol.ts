import { NotificationType, ProgressType, RequestType, RequestType0, ResponseError } from 'vscode-jsonrpc/node';
import { asHotPocketError, catalogue, HotPocketError, type ErrorCode, type ErrorDetails } from '../../base/errors';
import type { ClusterFaults } from '../../base/faults';
import type { LedgerInfo, LedgersQuery } from '../../base/ledgers';
import type { RoundProfile } from '../../base/roundProfile';
import type { RoundsMode } from '../../base/rounds';
import type { CleanReport, ClusterChange, ClusterStatus, DebugEvent, DebugRequest, DeployRequest, NodeStatusInfo } from '../engine';

/**
 * What a supervisor and its clients say to each other, as JSON-RPC. `hello`, `status` and `retire` keep their form in
 * all versions, so that every client can greet, look and take over.
 */
export interface ProtocolVersion {
  readonly major: number;
  readonly minor: number;
}

export const PROTOCOL: ProtocolVersion = { major: 1, minor: 5 };

export const versionText = ({ major, minor }: ProtocolVersion): string => `${major}.${minor}`;
export const isNewer = (a: ProtocolVersion, b: ProtocolVersion): boolean => a.major > b.major || (a.major === b.major && a.minor > b.minor);

interface Hello {
  readonly protocol: ProtocolVersion;
}

/** `task` names the operation in progress notifications. */
interface TaskParams {
  readonly task: number;
}

interface NodeParams extends TaskParams {
  /** All nodes without it. */
  readonly node?: number;
}

interface LeaseParams extends TaskParams {
  readonly lease: string;
}

export const requests = {
  hello: new RequestType<Hello, Hello, RpcFailure>('hello'),
  status: new RequestType0<ClusterStatus | null, RpcFailure>('status'),
  /** Ends a supervisor that has nothing to do, for a newer one; false if it has. */
  retire: new RequestType0<boolean, RpcFailure>('retire'),
  deploy: new RequestType<DeployRequest & TaskParams, ClusterStatus, RpcFailure>('deploy'),
  start: new RequestType<NodeParams, null, RpcFailure>('start'),
  stop: new RequestType<NodeParams, null, RpcFailure>('stop'),
  spawn: new RequestType<TaskParams, NodeStatusInfo, RpcFailure>('spawn'),
  clean: new RequestType<TaskParams, CleanReport, RpcFailure>('clean'),
  /** Since 1.3, as is `rounds` of a deployment. */
  rounds: new RequestType<TaskParams & { readonly mode: RoundsMode }, null, RpcFailure>('rounds'),
  /** Since 1.4. */
  faults: new RequestType<TaskParams & { readonly faults: ClusterFaults }, null, RpcFailure>('faults'),
  /** Since 1.1. A lease is named by its client, with a name that no other client has; arming it again renews it. */
  arm: new RequestType<LeaseParams & { readonly request: DebugRequest }, null, RpcFailure>('debug/arm'),
  disarm: new RequestType<LeaseParams, null, RpcFailure>('debug/disarm'),
  letGo: new RequestType<LeaseParams & { readonly run: number }, null, RpcFailure>('debug/letGo'),
  /** To be sent every few seconds; answered by those leases that do not exist any more. */
  renew: new RequestType<TaskParams & { readonly leases: readonly string[] }, readonly string[], RpcFailure>('debug/renew'),
  /** Since 1.2, as are `round` events. */
  roundProfiles: new RequestType<TaskParams & { readonly node: number }, readonly RoundProfile[], RpcFailure>('roundProfiles'),
  /** Since 1.5, as is `ledger` of `ledger` events. */
  ledgers: new RequestType<TaskParams & { readonly query: LedgersQuery }, readonly LedgerInfo[], RpcFailure>('ledgers'),
} as const;

/** The exit code of a supervisor that was started while another one runs. */
export const EXIT_OTHER_RUNS = 3;

export const changed = new NotificationType<ClusterChange>('changed');
/** To the client that armed the lease. */
export const debugged = new NotificationType<{ readonly lease: string; readonly event: DebugEvent }>('debug/event');
export const progress = new ProgressType<string>();

/** An error of the catalogue on its way; the message and remedy are for clients that do not know its code. */
export interface RpcFailure {
  readonly code: string;
  readonly details: unknown;
  readonly message: string;
  readonly remedy: string;
}

const FAILED = -32000;

export function toRpcError(error: unknown): ResponseError<RpcFailure> {
  const { code, details, message, remedy } = asHotPocketError(error);
  return new ResponseError(FAILED, message, { code, details, message, remedy });
}

export function fromRpcError(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  const failure = error.data as RpcFailure | undefined;
  if (failure === undefined) return error;
  if (Object.hasOwn(catalogue, failure.code)) return new HotPocketError(failure.code as ErrorCode, failure.details as ErrorDetails<ErrorCode>);
  return new HotPocketError('INTERNAL', { problem: `${failure.message} ${failure.remedy}` });
}
