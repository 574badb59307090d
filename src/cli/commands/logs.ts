import { nodeArgument, usageError, type Command } from '../command';

const TAIL = 5;

export const logs: Command = {
  name: 'logs',
  usage: '<n> [--tail <k>] [--no-follow]',
  summary: 'Show the log of node n, and follow it until Ctrl+C.',
  details: ['Options:', `  --tail <k>     lines to begin with (${TAIL})`, '  --no-follow    show what there is and end'],
  options: { tail: { type: 'string' }, 'no-follow': { type: 'boolean' } },
  async run(invocation) {
    const node = nodeArgument(invocation, logs);
    if (node === undefined) throw usageError('The number of the node is missing.', logs);
    const { values, engine, output, signal } = invocation;
    if (values.tail !== undefined && !/^\d{1,9}$/.test(String(values.tail))) throw usageError(`'${values.tail}' is not a number of lines (--tail).`, logs);
    const tail = Number(values.tail ?? TAIL);
    await engine.logs(node, { tail, follow: values['no-follow'] !== true, signal }, (text) => output.text(text));
  },
};
