import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LinkFaults } from '../../../src/node/mesh/linkFaults';

// What becomes of messages on purpose; that a mesh asks it is shown in mesh.test.ts.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const A = 'ed0a';
const B = 'ed0b';

function links(chances: readonly number[] = []): { faults: LinkFaults; sent: string[]; send: (to: string, text: string) => void } {
  const left = [...chances];
  const faults = new LinkFaults(() => left.shift() ?? 0.5);
  const sent: string[] = [];
  return { faults, sent, send: (to, text) => faults.pass(to, () => sent.push(`${to} ${text}`)) };
}

it('sends at once what nothing is to happen to', () => {
  const { faults, sent, send } = links();
  send(A, '1');
  faults.set([{ to: [B], drop: 1 }]);
  send(A, '2');
  send(B, '3');
  faults.set([]);
  send(B, '4');
  expect(sent).toEqual([`${A} 1`, `${A} 2`, `${B} 4`]);
  expect(vi.getTimerCount()).toBe(0);
});

it('loses messages with the chance given, on all links that no earlier fault names', () => {
  const { faults, sent, send } = links([0.1, 0.3, 0.2, 0.19]);
  faults.set([{ to: [B] }, { drop: 0.2 }]);
  for (const text of ['1', '2', '3', '4']) send(A, text);
  send(B, '5');
  expect(sent).toEqual([`${A} 2`, `${A} 3`, `${B} 5`]);
});

it('delays messages within bounds, and none overtakes another on its link, not even when the fault has ended', () => {
  const { faults, sent, send } = links([1, 0]);
  faults.set([{ to: [A], delay: [100, 300] }]);
  send(A, 'late');
  send(A, 'sooner');
  send(B, 'now');
  faults.set([]);
  send(A, 'last');
  expect(sent).toEqual([`${B} now`]);
  vi.advanceTimersByTime(299);
  expect(sent).toHaveLength(1);
  vi.advanceTimersByTime(2);
  expect(sent.slice(1)).toEqual([`${A} late`, `${A} sooner`, `${A} last`]);
  send(A, 'at once');
  expect(sent.at(-1)).toBe(`${A} at once`);
});

it('sends nothing any more once it is closed', () => {
  const { faults, sent, send } = links();
  faults.set([{ delay: [10, 10] }]);
  send(A, '1');
  faults.close();
  vi.advanceTimersByTime(1_000);
  expect([sent, vi.getTimerCount()]).toEqual([[], 0]);
});
