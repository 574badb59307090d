/** The one of the names that a misspelt one is closest to, if it is close enough to be meant. */
export function similar(name: string, names: readonly string[]): string | undefined {
  const [best] = names.map((one) => ({ one, distance: distance(name.toLowerCase(), one.toLowerCase()) })).sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(1, Math.floor(name.length / 3)) ? best.one : undefined;
}

/** Letters to put in, take out or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let k = 1; k <= b.length; k++) row[k] = Math.min((above[k] ?? 0) + 1, (row[k - 1] ?? 0) + 1, (above[k - 1] ?? 0) + (a[i - 1] === b[k - 1] ? 0 : 1));
    above = row;
  }
  return above[b.length] ?? 0;
}
