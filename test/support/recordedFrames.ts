import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UserProtocol } from '../../src/hotpocket/inputs';

/** What one side said in a conversation between hotpocket-js-client 0.5.7 and a node of a real cluster (hpcore 0.6.4). */
export interface RecordedFrame {
  /** As seen by the client. */
  readonly dir: 'send' | 'recv';
  readonly bytes: Buffer;
}

/** Every kind of message of the user protocol. */
export function recordedFrames(protocol: UserProtocol): RecordedFrame[] {
  const lines = readFileSync(join(import.meta.dirname, '../unit/hotpocket/recorded', `user-${protocol}.jsonl`), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { dir, text, hex } = JSON.parse(line) as { dir: RecordedFrame['dir']; text?: string; hex?: string };
    return { dir, bytes: text === undefined ? Buffer.from(hex ?? '', 'hex') : Buffer.from(text) };
  });
}
