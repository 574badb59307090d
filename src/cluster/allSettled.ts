/** As Promise.all, but a failure is thrown only when all are done: whoever cleans up then is in nobody's way. */
export async function allSettled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
