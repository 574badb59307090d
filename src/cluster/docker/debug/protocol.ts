import type { DebugOrder, RunKind } from '../../../base/debugLink';

/**
 * What the engine and its agent in a node's container say to each other, in frames (`frames.ts`) on the agent's stdin and stdout. The agent comes
 * with the engine, so both are always of the same version.
 */

/** In the agent's command line: by it agents are told from everything else. */
export const AGENT_MARK = 'hotpocket-debug-agent';

/** The engine is heard of so often. */
export const BEAT_MS = 2_000;
/** An engine that is silent for so long is gone, or stands still itself. */
export const SILENCE_MS = 10_000;

export interface AgentOrder extends Pick<DebugOrder, 'runs' | 'rounds'> {
  /** The contract's program: an absolute path in the container. */
  readonly program: string;
  readonly hook: { readonly name: string; readonly source: string };
  /** As in ContainerRecipe. */
  readonly argvPrefix: readonly string[];
  readonly undebugged: readonly string[];
}

export type ToAgent =
  /** The first message. */
  | { readonly type: 'arm'; readonly order: AgentOrder }
  | { readonly type: 'beat' }
  | { readonly type: 'letGo'; readonly run: number }
  /** Undo all and end. The end of stdin, or silence, says the same. */
  | { readonly type: 'end' };

export type FromAgent =
  | { readonly type: 'armed' }
  /** Somebody else debugs this node. */
  | { readonly type: 'busy' }
  /** It could not be armed, and nothing is left of the attempt. */
  | { readonly type: 'failed'; readonly problem: string }
  | { readonly type: 'waiting'; readonly process: WaitingProcess }
  | { readonly type: 'ended'; readonly run: number };

/** A contract process that waits for its debugger. */
export interface WaitingProcess {
  /** Unique for one life of the agent. */
  readonly run: number;
  readonly pid: number;
  /** Of its inspector's WebSocket. */
  readonly path: string;
  readonly cwd: string;
  readonly kind: RunKind;
  /** Absent for read requests, which are not told. */
  readonly ledgerSeqNo?: number;
  readonly inputs: number;
  /** How long it has been there, ms. */
  readonly age: number;
}
