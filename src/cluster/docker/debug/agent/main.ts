import { once } from 'node:events';
import { FrameReader, encode } from '../frames';
import { SILENCE_MS, type ToAgent } from '../protocol';
import { Agent } from './agent';

/**
 * What the engine runs in a node's container while the node is debugged, by the container's own Node.js. It is bundled for old ones, and comes over
 * its stdin (`agentSession.ts`). However its engine ends, it leaves everything as it was.
 */
const reader = new FrameReader();
const agent = new Agent({
  send: (frame) => process.stdout.write(encode(frame)),
  drained: async () => void (await once(process.stdout, 'drain')),
});
let armed: Promise<boolean> = Promise.resolve(false);
let ending = false;
let silence: NodeJS.Timeout | undefined;

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  if (await armed) await agent.undo();
  // What was said last is still on its way.
  if (process.stdout.writable) await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  process.exit(0);
}

function hearMessage(message: ToAgent): void {
  clearTimeout(silence);
  silence = setTimeout(() => void end(), SILENCE_MS);
  if (message.type === 'end') void end();
  else if (message.type === 'arm') {
    armed = agent.arm(message.order);
    void armed.then((holds) => (holds ? undefined : end()));
  }
}

process.stdin.on('data', (chunk: Buffer) => {
  for (const frame of reader.push(chunk)) {
    if (frame.kind === 'message') hearMessage(frame.message as ToAgent);
    agent.hear(frame);
  }
});
process.stdin.on('end', () => void end()).on('error', () => void end());
// Nobody listens any more.
process.stdout.on('error', () => void end());
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end());
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack ?? String(error)}\n`);
  void end();
});
