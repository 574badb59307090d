const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * From now on a signal does not end this process: it ends what runs in the foreground, so that everything is cleaned up as ever. All
 * are passed on as SIGINT inside this process, the one that test-electron knows. The result tells whether one came, by its exit code.
 */
export function interruptForeground(): () => number | undefined {
  let interrupted: number | undefined;
  process.on('SIGINT', () => (interrupted ??= CODES.SIGINT));
  for (const name of ['SIGHUP', 'SIGTERM'] as const) {
    process.on(name, () => {
      interrupted ??= CODES[name];
      process.emit('SIGINT');
    });
  }
  return () => interrupted;
}
