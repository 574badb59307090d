// How durations and sizes are said, everywhere: a number with its unit is written here and nowhere else (test/unit/readable.test.ts).

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A duration in ms, in the unit one would say it in: 250 ms, 2.5 s, 5 min, 1 min 30 s, 2 h. */
export function durationText(ms: number): string {
  if (Math.round(ms) < SECOND) return millisecondsText(ms);
  if (ms < MINUTE) return `${Math.round(ms / 100) / 10} s`;
  return ms < HOUR ? parts(Math.round(ms / SECOND), 'min', 's') : parts(Math.round(ms / MINUTE), 'h', 'min');
}

/** A duration in whole ms, to stand beside others and round times of hp.cfg, which are in ms. */
export function millisecondsText(ms: number): string {
  return `${Math.round(ms)} ms`;
}

/** A duration in ms as it was measured, with digits as far as they say something: 5.0 ms, 618 ms. */
export function measuredText(ms: number): string {
  return ms < 99.95 ? `${ms.toFixed(1)} ms` : millisecondsText(ms);
}

/** `4:07`, of a time in whole seconds that runs down. */
export function countdownText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** A size in bytes, in the unit one would say it in: 1 byte, 312 bytes, 64 KiB, 1.5 MiB, 20 GiB. */
export function sizeText(bytes: number): string {
  if (bytes < KIB) return bytesText(bytes);
  const [unit, name] = bytes < MIB ? [KIB, 'KiB'] : bytes < GIB ? [MIB, 'MiB'] : [GIB, 'GiB'];
  return `${Math.round((10 * bytes) / unit) / 10} ${name}`;
}

/** A limit in bytes: as somebody wrote it in hp.cfg, if it is not a round number of a larger unit. */
export function limitText(bytes: number): string {
  return bytes % KIB === 0 ? sizeText(bytes) : bytesText(bytes);
}

export function bytesText(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}

/** Two units, without the second one if there is none of it. */
function parts(small: number, larger: string, smaller: string): string {
  const rest = small % 60;
  return `${Math.floor(small / 60)} ${larger}${rest === 0 ? '' : ` ${rest} ${smaller}`}`;
}
