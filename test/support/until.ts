/** Looks again and again until there is an answer; what happened instead is in the error. */
export async function until<T>(what: string, timeoutMs: number, look: () => T | undefined | Promise<T | undefined>, report?: () => string | Promise<string>): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; ; ) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}.\n${(await report?.()) ?? ''}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}
