/**
 * The time grid of rounds and stages (reference 3.2). All times in milliseconds. Every node of a cluster computes the
 * same grid from the contract id and the round time, so no clock negotiation is needed.
 */
export type Stage = 0 | 1 | 2 | 3;

export interface TimeConfig {
  readonly roundTime: number;
  /** Length of stages 1, 2 and 3 in percent of the round; stage 0 has the rest. */
  readonly stageSlice: number;
}

export interface Grid extends TimeConfig {
  /** Round starts are at every t with (t - offset) mod roundTime == 0. */
  readonly offset: number;
  /** Where each stage starts, from the round's start. */
  readonly stageStart: readonly [number, number, number, number];
  /** A stage that would start in less than this is missed. */
  readonly guard: number;
}

export function makeGrid(contractId: string, { roundTime, stageSlice }: TimeConfig): Grid {
  const slice = Math.floor((roundTime * stageSlice) / 100);
  const stage0 = roundTime - 3 * slice;
  return {
    roundTime,
    stageSlice,
    offset: Number(stdStringHash(Buffer.from(contractId)) % BigInt(roundTime)),
    stageStart: [0, stage0, stage0 + slice, stage0 + 2 * slice],
    guard: Math.floor(roundTime / 10),
  };
}

/** How long the contract may take at the start of a round, ms, so that the round's votes are still in time (reference 3.3): 15 % with the default slice. */
export function contractBudget(time: TimeConfig): number {
  const { stageStart, guard } = makeGrid('', time);
  return Math.max(0, stageStart[1] - guard);
}

/** The first round start after `now`, never `now` itself. */
export function nextRoundStart(grid: Grid, now: number): number {
  const into = (((now - grid.offset) % grid.roundTime) + grid.roundTime) % grid.roundTime;
  return now - into + grid.roundTime;
}

/** The stage of the grid's round in which a moment lies. */
export function stageAt(grid: Grid, now: number): Stage {
  const into = now - nextRoundStart(grid, now) + grid.roundTime;
  return ([3, 2, 1] as const).find((stage) => into >= grid.stageStart[stage]) ?? 0;
}

/** One number for round time and slice, as proposals and handshakes carry it. */
export const encodeTimeConfig = ({ roundTime, stageSlice }: TimeConfig): number => roundTime * 100 + stageSlice;
export const decodeTimeConfig = (value: number): TimeConfig => ({ roundTime: Math.floor(value / 100), stageSlice: value % 100 });

/** Whether a configuration may have it (reference 1.3): what peers say may be anything. */
export function isTimeConfig(value: number): boolean {
  const { roundTime, stageSlice } = decodeTimeConfig(value);
  return roundTime >= 1 && roundTime <= 3_600_000 && stageSlice >= 1 && stageSlice <= 33;
}

const MASK = (1n << 64n) - 1n;
const M = 0xc6a4a7935bd1e995n;
const mix = (v: bigint): bigint => v ^ (v >> 47n);

/** std::hash<std::string> of 64-bit libstdc++, which hpcore derives the grid's offset from: a MurmurHash64A variant. */
export function stdStringHash(bytes: Uint8Array): bigint {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hash = 0xc70f6907n ^ ((BigInt(data.length) * M) & MASK);
  const whole = data.length - (data.length % 8);
  for (let i = 0; i < whole; i += 8) {
    const word = (mix((data.readBigUInt64LE(i) * M) & MASK) * M) & MASK;
    hash = ((hash ^ word) * M) & MASK;
  }
  if (whole < data.length) {
    let rest = 0n;
    for (let i = data.length - 1; i >= whole; i--) rest = (rest << 8n) | BigInt(data[i] ?? 0);
    hash = ((hash ^ rest) * M) & MASK;
  }
  return mix((mix(hash) * M) & MASK);
}
