import type { LogOptions } from '../cluster/engine';
import type { Invocation } from './command';

/** Shows a node's log until Ctrl+C, in hpdevkit's manner (reference 9.1). */
export async function streamLogs({ engine, output, signal }: Invocation, node: number, options: Pick<LogOptions, 'tail' | 'sinceStart'>): Promise<void> {
  output.info(`Streaming logs of node ${node}:`);
  await engine.logs(node, { ...options, follow: true, signal }, (text) => output.text(text));
}
