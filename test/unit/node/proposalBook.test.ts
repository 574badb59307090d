import { describe, expect, it } from 'vitest';
import { ProposalBook } from '../../../src/node/consensus/proposalBook';
import { nodeKeys, proposal } from './support/proposals';

// Which proposals are kept (reference 3.4). Rounds of 2000 ms.

const from = (keys = nodeKeys[0]!, time: number, stage: 0 | 1 | 2 | 3) => proposal({ keys, time, stage });
const stages = (book: ProposalBook): (readonly [number, number])[] => book.list().map(({ time, stage }) => [time, stage] as const);

describe('of the proposals of a node', () => {
  it('the newest time counts, then the newest stage', () => {
    const book = new ProposalBook();
    for (const [time, stage] of [[4_000, 1], [4_000, 2], [4_000, 1], [2_000, 3]] as const) book.add(from(nodeKeys[0], time, stage));
    book.drain(3, 4_000, 2_000, true);
    expect(stages(book)).toEqual([[4_000, 2]]);
  });

  it.each<[0 | 1 | 2 | 3, boolean, (readonly [number, number])[]]>([
    // In sync: of this round those of our stage and the one before; of the last one its stage 3, at stage 0 only.
    [0, false, [[4_000, 0], [2_000, 3]]],
    [1, false, [[4_000, 0], [4_000, 1]]],
    [2, false, [[4_000, 1], [4_000, 2]]],
    [3, false, [[4_000, 2], [4_000, 3]]],
    // Else all of this round and the last.
    [2, true, [[4_000, 0], [4_000, 1], [4_000, 2], [4_000, 3], [2_000, 3], [2_000, 2]]],
  ])('those count at stage %i (lenient: %s) that belong to the moment', (stage, lenient, expected) => {
    const all = [[4_000, 0], [4_000, 1], [4_000, 2], [4_000, 3], [2_000, 3], [2_000, 2], [1_999, 3], [4_001, 0]] as const;
    const counted = all.filter(([time, of]) => {
      const book = new ProposalBook();
      book.add(from(nodeKeys[0], time, of));
      book.drain(stage, 4_000, 2_000, lenient);
      return book.list().length > 0;
    });
    expect(counted).toEqual(expected);
  });

  it('its last one of a round is not displaced by the first one of the next, which a quick node sends before a slow one has closed the ledger', () => {
    const book = new ProposalBook();
    for (const keys of nodeKeys.slice(0, 3)) book.add(from(keys, 4_000, 3));
    book.add(from(nodeKeys[0], 6_000, 0));
    expect(book.finalsSince(4_000, 2_000)).toHaveLength(3);
    expect(book.finalsSince(6_000, 2_000)).toHaveLength(3);
    expect(book.finalsSince(6_001, 2_000)).toHaveLength(0);
  });

  it('its last one counts again once its clock, which was ahead, is right', () => {
    const book = new ProposalBook();
    book.add(from(nodeKeys[0], 90_000, 3));
    book.add(from(nodeKeys[1], 6_000, 3));
    book.drain(3, 4_000, 2_000, false);
    for (const keys of nodeKeys.slice(0, 2)) book.add(from(keys, 4_000, 3));
    expect(book.finalsSince(4_000, 2_000).map(({ pubkey }) => pubkey)).toEqual([nodeKeys[0]!.publicKey]);
    // The other one is just a little quicker.
    expect(book.finalsSince(6_000, 2_000)).toHaveLength(2);
  });

  it('none counts once the node is not in the UNL any more', () => {
    const book = new ProposalBook();
    for (const keys of nodeKeys.slice(0, 3)) book.add(from(keys, 4_000, 3));
    book.drain(3, 4_000, 2_000, false);
    book.retain([nodeKeys[1]!.publicKey]);
    expect(book.list().map(({ pubkey }) => pubkey)).toEqual([nodeKeys[1]!.publicKey]);
    expect(book.finalsSince(4_000, 2_000)).toHaveLength(1);
  });
});
