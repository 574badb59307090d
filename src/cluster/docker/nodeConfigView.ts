import * as v from 'valibot';

/** hpcore's (reference 1.3). */
const STAGE_SLICE = 25;

/** What a status shows of a node's hp.cfg. A file that somebody broke shows as empty: its node will say what is wrong with it. */
const shape = v.fallback(
  v.object({
    node: v.object({
      public_key: v.string(),
      role: v.picklist(['validator', 'observer']),
      history: v.optional(v.string(), 'custom'),
      history_config: v.optional(v.object({ max_raw_shards: v.optional(v.number(), 0) }), {}),
    }),
    contract: v.object({
      id: v.string(),
      unl: v.array(v.string()),
      bin_path: v.string(),
      bin_args: v.string(),
      consensus: v.object({ roundtime: v.number(), stage_slice: v.optional(v.number(), STAGE_SLICE), threshold: v.number() }),
      round_limits: v.optional(v.object({ exec_timeout: v.number() }), { exec_timeout: 0 }),
    }),
    mesh: v.object({ port: v.number() }),
    user: v.object({ port: v.number() }),
  }),
  {
    node: { public_key: '', role: 'validator', history: 'custom', history_config: { max_raw_shards: 0 } },
    contract: { id: '', unl: [], bin_path: '', bin_args: '', consensus: { roundtime: 0, stage_slice: STAGE_SLICE, threshold: 0 }, round_limits: { exec_timeout: 0 } },
    mesh: { port: 0 },
    user: { port: 0 },
  },
);

export type NodeConfigView = v.InferOutput<typeof shape>;

/** Whether the node keeps inputs and outputs of its ledgers (reference 4.3). */
export const keepsRaw = ({ node }: NodeConfigView): boolean => node.history === 'full' || node.history_config.max_raw_shards > 0;

export function nodeConfigView(text: string | undefined): NodeConfigView {
  let json: unknown;
  try {
    json = JSON.parse(text ?? '');
  } catch {
    json = undefined;
  }
  return v.parse(shape, json);
}
