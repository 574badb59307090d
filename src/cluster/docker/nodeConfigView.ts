import * as v from 'valibot';

/** hpcore's (reference 1.3). */
const STAGE_SLICE = 25;

/** As hpcore reads them: text will do (reference 1.3). */
const number = v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.finite());

/**
 * What is to be known of a node's hp.cfg to show and to watch the node. A section that somebody broke shows as empty: its node will say what is
 * wrong with it.
 */
const shape = v.object({
  node: v.fallback(
    v.object({
      public_key: v.string(),
      role: v.picklist(['validator', 'observer']),
      history: v.optional(v.string(), 'custom'),
      history_config: v.optional(v.object({ max_raw_shards: v.optional(number, 0) }), {}),
    }),
    { public_key: '', role: 'validator', history: 'custom', history_config: { max_raw_shards: 0 } },
  ),
  contract: v.fallback(
    v.object({
      id: v.string(),
      unl: v.array(v.string()),
      bin_path: v.string(),
      bin_args: v.string(),
      consensus: v.object({ roundtime: number, stage_slice: v.optional(number, STAGE_SLICE), threshold: number }),
      round_limits: v.optional(v.object({ exec_timeout: number }), { exec_timeout: 0 }),
    }),
    { id: '', unl: [], bin_path: '', bin_args: '', consensus: { roundtime: 0, stage_slice: STAGE_SLICE, threshold: 0 }, round_limits: { exec_timeout: 0 } },
  ),
  mesh: v.fallback(v.object({ port: number }), { port: 0 }),
  user: v.fallback(v.object({ port: number, listen: v.optional(v.boolean(), true) }), { port: 0, listen: true }),
  log: v.fallback(v.object({ log_level: v.string(), loggers: v.array(v.string()) }), { log_level: 'inf', loggers: ['console'] }),
});

const NOTHING = { node: undefined, contract: undefined, mesh: undefined, user: undefined, log: undefined };

export type NodeConfigView = v.InferOutput<typeof shape>;

/** Whether the node keeps inputs and outputs of its ledgers (reference 4.3). */
export const keepsRaw = ({ node }: NodeConfigView): boolean => node.history === 'full' || node.history_config.max_raw_shards > 0;

export function nodeConfigView(text: string | undefined): NodeConfigView {
  try {
    return viewOf(JSON.parse(text ?? ''));
  } catch {
    return viewOf(undefined);
  }
}

export const viewOf = (json: unknown): NodeConfigView => v.parse(shape, { ...NOTHING, ...(typeof json === 'object' && json) });

/** Whether a node says in Docker's log that it came up, and which ledgers it closes: all of that is of level `inf`. */
export const tellsInLog = ({ log: { log_level, loggers } }: NodeConfigView): boolean => loggers.includes('console') && (log_level === 'inf' || log_level === 'dbg');
