import * as v from 'valibot';

/** What a status shows of a node's hp.cfg. A file that somebody broke shows as empty: its node will say what is wrong with it. */
const shape = v.fallback(
  v.object({
    node: v.object({ public_key: v.string(), role: v.picklist(['validator', 'observer']) }),
    contract: v.object({
      id: v.string(),
      unl: v.array(v.string()),
      bin_path: v.string(),
      bin_args: v.string(),
      consensus: v.object({ roundtime: v.number(), threshold: v.number() }),
      round_limits: v.optional(v.object({ exec_timeout: v.number() }), { exec_timeout: 0 }),
    }),
    mesh: v.object({ port: v.number() }),
    user: v.object({ port: v.number() }),
  }),
  {
    node: { public_key: '', role: 'validator' },
    contract: { id: '', unl: [], bin_path: '', bin_args: '', consensus: { roundtime: 0, threshold: 0 }, round_limits: { exec_timeout: 0 } },
    mesh: { port: 0 },
    user: { port: 0 },
  },
);

export type NodeConfigView = v.InferOutput<typeof shape>;

export function nodeConfigView(text: string | undefined): NodeConfigView {
  let json: unknown;
  try {
    json = JSON.parse(text ?? '');
  } catch {
    json = undefined;
  }
  return v.parse(shape, json);
}
