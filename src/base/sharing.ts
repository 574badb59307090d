/** Makes of `act` what may be called at any time, but runs once at a time: calls that come meanwhile share one more run. Rejects as `act` does. */
export function sharing(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;
  return () => {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await act();
      } while (again);
    })().finally(() => (running = undefined));
    return running;
  };
}
