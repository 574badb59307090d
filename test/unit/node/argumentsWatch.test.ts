import { beforeEach, expect, it } from 'vitest';
import { ArgumentsWatch } from '../../../src/node/profile/argumentsWatch';
import { ManualClock } from '../../support/manualClock';

let clock: ManualClock;
let watch: ArgumentsWatch;
let looks: number;
beforeEach(() => {
  clock = new ManualClock();
  watch = new ArgumentsWatch(clock);
});

/** A process that reads its arguments `readAt` ms after it was executed, and exits at `exitAt`. Returns what was told. */
function run(readAt: number, exitAt: number): number | undefined {
  const begin = clock.now();
  let told: number | undefined;
  looks = 0;
  watch.begin(() => {
    looks++;
    return clock.now() - begin >= readAt;
  }, (at) => (told = at - begin));
  // The channels of a contract that says nothing are looked at after 1, 2, 3, … and then every 10 ms.
  for (let poll = 1, next = 1; clock.now() + next < begin + exitAt; poll = Math.min(poll + 1, 10)) {
    clock.advance(next);
    next = Math.min(poll + 1, 10, watch.look() ?? Infinity);
  }
  clock.advance(begin + exitAt - clock.now());
  watch.end();
  return told;
}

/** By how much it is told too early. */
const early = (readAt: number, exitAt = 400): number => readAt - (run(readAt, exitAt) ?? NaN);

it('tells by 2 ms when a program has read its arguments, once it knows about when', () => {
  for (let i = 0; i < 3; i++) expect(early(43)).toBeLessThanOrEqual(10);
  for (let i = 0; i < 5; i++) {
    const ms = early(43);
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThanOrEqual(2);
  }
  // Eight with the channels, and two more.
  expect(looks).toBeLessThanOrEqual(10);
});

it('finds its way when it takes longer, or less', () => {
  for (const readAt of [61, 11, 300, 5]) {
    for (let i = 0; i < 4; i++) expect(early(readAt)).toBeLessThanOrEqual(10);
    expect(early(readAt)).toBeLessThanOrEqual(2);
  }
});

it('tells at the end of a program that was quicker than expected', () => {
  run(40, 100);
  expect(run(3.5, 4)).toBe(3);
  expect(early(3.5, 5)).toBeLessThanOrEqual(2);
});

it('never makes a program quicker than it is, though nobody looked for a while', () => {
  run(40, 100);
  const begin = clock.now();
  let told: number | undefined;
  watch.begin(() => clock.now() - begin >= 40, (at) => (told = at - begin));
  clock.advance(15);
  watch.look();
  clock.advance(200);
  watch.look();
  expect(told).toBe(15);
});

it('tells nothing of a program that reads none, and costs little for it', () => {
  expect(run(Infinity, 20)).toBeUndefined();
  run(43, 100);
  expect(run(Infinity, 10_000)).toBeUndefined();
  expect(looks).toBeLessThanOrEqual(1000 + 15);
});
