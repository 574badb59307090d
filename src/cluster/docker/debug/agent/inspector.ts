import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, loopbackPorts } from './processes';

export interface InspectorAddress {
  readonly port: number;
  /** Of its WebSocket. */
  readonly path: string;
}

/** Nobody is told when a process begins to listen. */
const LOOK_EVERY_MS = 4;
const LISTENS_WITHIN_MS = 20_000;
const ANSWERS_WITHIN_MS = 2_000;

/** Where a process that was just started with an inspector can be reached; undefined if it ended before. */
export async function findInspector(pid: number): Promise<InspectorAddress | undefined> {
  const deadline = Date.now() + LISTENS_WITHIN_MS;
  while (isAlive(pid) && Date.now() < deadline) {
    // A contract inherits what its node left open, so that it may listen for others as well.
    for (const port of loopbackPorts(pid)) {
      const path = await webSocketPath(port);
      if (path !== undefined) return { port, path };
    }
    await sleep(LOOK_EVERY_MS);
  }
  return undefined;
}

function webSocketPath(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/json/list', timeout: ANSWERS_WITHIN_MS }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve(pathIn(text))).on('error', () => resolve(undefined));
    });
    request.on('error', () => resolve(undefined)).on('timeout', () => request.destroy());
  });
}

function pathIn(text: string): string | undefined {
  try {
    const [target] = JSON.parse(text) as [{ readonly webSocketDebuggerUrl?: string }?];
    return target?.webSocketDebuggerUrl && new URL(target.webSocketDebuggerUrl).pathname;
  } catch {
    return undefined;
  }
}
