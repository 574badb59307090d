import { expect, it } from 'vitest';
import { ClusterClock, inheritedClock } from '../../../src/node/debug/clusterClock';
import { ManualClock } from '../../support/manualClock';

it('goes with the wall clock until it is held', () => {
  const wall = new ManualClock(1_000);
  const clock = new ClusterClock(undefined, wall);
  const rang: string[] = [];
  clock.at(1_500, () => rang.push('first'));
  const cancel = clock.at(1_600, () => rang.push('cancelled'));
  cancel();
  wall.advance(700);
  expect([clock.now(), rang, wall.pending]).toEqual([1_700, ['first'], 0]);
});

it('stands still while it is held, and rings only for what is due by then', () => {
  const wall = new ManualClock(1_000);
  const clock = new ClusterClock(undefined, wall);
  const rang: number[] = [];
  for (const time of [1_100, 1_200, 1_300]) clock.at(time, () => rang.push(clock.now()));
  wall.advance(150);
  // The order to hold at 1200, before that time and what is due then have come here.
  clock.set({ behind: 0, heldAt: 1_200 });
  wall.advance(7_850);
  expect([rang, clock.now()]).toEqual([[1_100, 1_200], 1_200]);
  clock.at(1_150, () => rang.push(clock.now()));
  wall.advance(0);
  expect(rang).toEqual([1_100, 1_200, 1_200]);
  clock.set({ behind: 9_000 - 1_200 });
  expect(clock.now()).toBe(1_200);
  wall.advance(100);
  expect([rang, clock.now()]).toEqual([[1_100, 1_200, 1_200, 1_300], 1_300]);
});

it('never goes back', () => {
  const wall = new ManualClock(1_000);
  const clock = new ClusterClock(undefined, wall);
  wall.advance(1_000);
  expect(clock.now()).toBe(2_000);
  clock.set({ behind: 500 });
  expect(clock.now()).toBe(2_000);
  wall.advance(400);
  expect(clock.now()).toBe(2_000);
  wall.advance(200);
  expect(clock.now()).toBe(2_100);
});

it('is ahead or behind on purpose, and rings by its own time', () => {
  const wall = new ManualClock(1_000);
  const clock = new ClusterClock({ behind: 100 }, wall);
  const rang: number[] = [];
  clock.at(1_000, () => rang.push(wall.now()));
  clock.at(1_200, () => rang.push(wall.now()));
  clock.shift(50);
  expect(clock.now()).toBe(950);
  wall.advance(50);
  expect([rang, clock.now()]).toEqual([[1_050], 1_000]);
  clock.shift(-50);
  // It stands until its time has come again.
  wall.advance(100);
  expect(clock.now()).toBe(1_000);
  wall.advance(200);
  expect([rang, clock.now()]).toEqual([[1_050, 1_350], 1_200]);
  clock.shift(0);
  expect(clock.now()).toBe(1_250);
});

it('measures how long something takes by its own time', () => {
  const wall = new ManualClock(1_000);
  const clock = new ClusterClock(undefined, wall);
  const begin = clock.elapsed();
  wall.advance(2.5);
  expect(clock.elapsed() - begin).toBe(2.5);
  clock.set({ behind: 0, heldAt: 1_002 });
  wall.advance(700);
  clock.set({ behind: 0, heldAt: 1_002 });
  wall.advance(300);
  expect(clock.elapsed() - begin).toBe(2.5);
  clock.set({ behind: 1_000 });
  wall.advance(4);
  expect(clock.elapsed() - begin).toBe(6.5);
  const held = new ClusterClock({ behind: 0, heldAt: 900 }, wall);
  const before = held.elapsed();
  wall.advance(50);
  expect(held.elapsed()).toBe(before);
});

it('runs on from where it stands for a node that leaves', () => {
  const wall = new ManualClock(1_000);
  const clock = new ClusterClock({ behind: 0, heldAt: 900 }, wall);
  let rang = 0;
  clock.at(950, () => rang++);
  wall.advance(4_000);
  clock.runOn();
  wall.advance(49);
  expect([clock.now(), rang]).toEqual([949, 0]);
  wall.advance(1);
  expect([clock.now(), rang]).toEqual([950, 1]);
});

it('is handed to a process in its environment, and to none that it starts', () => {
  const env = { HOTPOCKET_CLUSTER_CLOCK: JSON.stringify({ behind: 0, heldAt: 42 }), OTHER: 'x' };
  expect(inheritedClock(env).now()).toBe(42);
  expect(env).toEqual({ OTHER: 'x' });
});
