import { WebSocket } from 'ws';
import type { Disposable } from '../../base/disposables';

/** A process answers its inspector at once, unless it is in the middle of a system call, or waits at its end. */
const ANSWERS_WITHIN_MS = 1_000;
const AGAIN_AFTER_MS = 500;

interface Message { readonly id?: number; readonly method?: string; readonly error?: unknown }

/**
 * Lets a Node.js process run on that waits for a debugger or stands at a breakpoint, and does so again wherever it would stop: a debugger
 * that hangs may still be connected and have its breakpoints set. `address` is the inspector's WebSocket. To be disposed of when the
 * process is gone.
 */
export function letGo(address: string): Disposable {
  let socket: WebSocket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const dispose = (): void => {
    over = true;
    clearTimeout(timer);
    socket?.close();
  };
  const attempt = (): void => {
    socket = watch(address, dispose);
    socket.once('close', () => {
      if (!over) timer = setTimeout(attempt, AGAIN_AFTER_MS);
    });
  };
  attempt();
  return { dispose };
}

/**
 * One connection. It leaves when the process does not answer or ends: at its end a process waits for its debuggers to leave. It always says
 * so: Node.js 20 can crash when a connection breaks to which it is just sending.
 */
function watch(address: string, onEnd: () => void): WebSocket {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  const leave = setTimeout(() => socket.close(), ANSWERS_WITHIN_MS);
  // Sent once it could be lost: Node.js 20 forgets what comes just before it begins to wait.
  const again = setInterval(() => socket.readyState === WebSocket.OPEN && send('Runtime.runIfWaitingForDebugger'), AGAIN_AFTER_MS);
  socket.on('close', () => {
    clearTimeout(leave);
    clearInterval(again);
  });
  let id = 0;
  const send = (method: string, params: object = {}): number => {
    socket.send(JSON.stringify({ id: ++id, method, params }));
    return id;
  };
  let lives: number;
  socket.on('open', () => {
    send('Debugger.enable');
    send('Runtime.enable');
    send('Runtime.runIfWaitingForDebugger');
    lives = send('Runtime.evaluate', { expression: '0' });
  });
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    if (message.id === lives) {
      clearTimeout(leave);
      // There is nothing any more that could run.
      if (message.error !== undefined) socket.close();
    }
    if (message.method === 'Debugger.paused') send('Debugger.resume');
    if (message.method === 'Runtime.executionContextDestroyed') onEnd();
  });
  socket.on('error', () => socket.terminate());
  return socket;
}
