import { OUR_FOLDERS_VARIABLE } from './variables';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;
type Listener = (error: unknown, ...rest: unknown[]) => void;

/** Frames that say nothing about who erred: Mocha calls our tests, and VS Code's own extensions may lie in a folder of ours. */
const NEUTRAL = /node_modules[\\/]|[\\/]\.vscode-test[\\/](stand-in|desktop)[\\/]/;

/**
 * All extensions share the process of the extension host, and Mocha would blame the running test for the stray rejections of VS
 * Code's own. So what Mocha listens to passes on only errors with a frame in our code; others are printed. `mochaStarted` is to be
 * called right after Mocha has begun to listen.
 */
export function hearOnlyOurErrors(): { mochaStarted(): void } {
  const before = new Map(EVENTS.map((event) => [event, new Set(listeners(event))]));
  return {
    mochaStarted() {
      for (const [event, others] of before) {
        for (const listener of listeners(event).filter((candidate) => !others.has(candidate))) replace(event, listener);
      }
    },
  };
}

function replace(event: string, listener: Listener): void {
  process.removeListener(event, listener);
  process.on(event, (error: unknown, ...rest: unknown[]) => {
    if (isOurs(error)) listener.call(process, error, ...rest);
    else console.log(`[not ours: ${event}] ${error instanceof Error ? error.message : String(error)}`);
  });
}

const listeners = (event: string): Listener[] => process.listeners(event as 'uncaughtException') as Listener[];

function isOurs(error: unknown): boolean {
  const folders = (process.env[OUR_FOLDERS_VARIABLE] ?? '').split('\n').filter(Boolean);
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [];
  return frames.some((frame) => folders.some((folder) => frame.includes(folder)) && !NEUTRAL.test(frame));
}
