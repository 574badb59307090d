import { expect, it } from 'vitest';
import type { Clock } from '../../../src/base/clock';
import { ClusterClock, inheritedClock } from '../../../src/node/debug/clusterClock';

/** A wall clock that the test moves. */
class Wall implements Clock {
  time = 1_000;
  private readonly alarms = new Set<{ readonly time: number; readonly callback: () => void }>();

  now(): number {
    return this.time;
  }

  at(time: number, callback: () => void): () => void {
    const alarm = { time, callback };
    this.alarms.add(alarm);
    return () => void this.alarms.delete(alarm);
  }

  go(to: number): void {
    this.time = to;
    for (const alarm of [...this.alarms].sort((a, b) => a.time - b.time)) {
      if (alarm.time > to || !this.alarms.delete(alarm)) continue;
      alarm.callback();
    }
  }

  get armed(): number {
    return this.alarms.size;
  }
}

it('goes with the wall clock until it is held', () => {
  const wall = new Wall();
  const clock = new ClusterClock(undefined, wall);
  const rang: string[] = [];
  clock.at(1_500, () => rang.push('first'));
  const cancel = clock.at(1_600, () => rang.push('cancelled'));
  cancel();
  wall.go(1_700);
  expect([clock.now(), rang, wall.armed]).toEqual([1_700, ['first'], 0]);
});

it('stands still while it is held, and rings only for what is due by then', () => {
  const wall = new Wall();
  const clock = new ClusterClock(undefined, wall);
  const rang: number[] = [];
  for (const time of [1_100, 1_200, 1_300]) clock.at(time, () => rang.push(clock.now()));
  // The order to hold at 1200 comes a little later.
  wall.time = 1_210;
  clock.set({ behind: 0, heldAt: 1_200 });
  wall.go(9_000);
  expect([rang, clock.now()]).toEqual([[1_200, 1_200], 1_200]);
  clock.set({ behind: 9_000 - 1_200 });
  expect(clock.now()).toBe(1_200);
  wall.go(9_100);
  expect([rang, clock.now()]).toEqual([[1_200, 1_200, 1_300], 1_300]);
});

it('never goes back', () => {
  const wall = new Wall();
  const clock = new ClusterClock(undefined, wall);
  wall.go(2_000);
  expect(clock.now()).toBe(2_000);
  clock.set({ behind: 500 });
  expect(clock.now()).toBe(2_000);
  wall.go(2_400);
  expect(clock.now()).toBe(2_000);
  wall.go(2_600);
  expect(clock.now()).toBe(2_100);
});

it('runs on from where it stands for a node that leaves', () => {
  const wall = new Wall();
  const clock = new ClusterClock({ behind: 0, heldAt: 900 }, wall);
  let rang = 0;
  clock.at(950, () => rang++);
  wall.go(5_000);
  clock.runOn();
  wall.go(5_049);
  expect([clock.now(), rang]).toEqual([949, 0]);
  wall.go(5_050);
  expect([clock.now(), rang]).toEqual([950, 1]);
});

it('is handed to a process in its environment, and to none that it starts', () => {
  const env = { HOTPOCKET_CLUSTER_CLOCK: JSON.stringify({ behind: 0, heldAt: 42 }), OTHER: 'x' };
  expect(inheritedClock(env).now()).toBe(42);
  expect(env).toEqual({ OTHER: 'x' });
});
