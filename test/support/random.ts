/** A seeded generator of whole numbers from 0 to `below` - 1 (mulberry32), so that a failing run can be repeated. */
export function randomGenerator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export const randomBytes = (random: (below: number) => number, length: number): Buffer => Buffer.from(Array.from({ length }, () => random(256)));

/** A copy with one to four faults: bytes changed, cut off, put in or doubled. */
export function mutated(random: (below: number) => number, bytes: Buffer): Buffer {
  let result = Buffer.from(bytes);
  for (let faults = 1 + random(4); faults > 0; faults--) {
    const at = random(result.length + 1);
    const kind = random(4);
    if (kind === 0 && at < result.length) result[at] = random(256);
    else if (kind === 1) result = result.subarray(0, at);
    else if (kind === 2) result = Buffer.concat([result.subarray(0, at), randomBytes(random, 1 + random(8)), result.subarray(at)]);
    else result = Buffer.concat([result.subarray(0, at), result.subarray(random(at + 1))]);
  }
  return result;
}
