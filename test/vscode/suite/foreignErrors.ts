import { OUR_FOLDERS_VARIABLE } from './variables';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;
type Event = (typeof EVENTS)[number];
type Listener = (error: unknown) => void;

/** Frames that say nothing about who erred: Mocha calls our tests, and VS Code's own extensions may lie in a folder of ours. */
const NEUTRAL = /node_modules[\\/]|[\\/]\.vscode-test[\\/](stand-in|desktop)[\\/]/;

/**
 * All extensions share the process of the extension host, and Mocha would blame the running test for the stray errors of VS Code's
 * own. So the running test fails only by errors with a frame in our code; others are printed. `start` makes Mocha run.
 */
export function hearOnlyOurErrors<T>(start: () => T): T {
  const before = new Set(EVENTS.flatMap(listeners));
  const started = start();
  const added = (event: Event): Listener[] => listeners(event).filter((listener) => !before.has(listener));
  const blame = added('uncaughtException');
  for (const event of EVENTS) {
    for (const listener of added(event)) process.removeListener(event, listener);
    process.on(event, (error: unknown) => {
      if (isOurs(error)) for (const listener of blame) listener(error);
      else console.log(`[not ours: ${event}] ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  return started;
}

function listeners(event: Event): Listener[] {
  return process.listeners(event as 'uncaughtException') as Listener[];
}

function isOurs(error: unknown): boolean {
  const folders = (process.env[OUR_FOLDERS_VARIABLE] ?? '').split('\n').filter(Boolean);
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [];
  return frames.some((frame) => folders.some((folder) => frame.includes(folder)) && !NEUTRAL.test(frame));
}
