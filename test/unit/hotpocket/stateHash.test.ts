import { describe, expect, it } from 'vitest';
import { be32, be64, blake3, blake3Hex } from '../../../src/hotpocket/hash';
import { BLOCK_SIZE, blockHash, blockPrefix, entryHash, patchHash, xorInto } from '../../../src/hotpocket/stateHash';

const EMPTY_STATE = 'd19e258fd5a5f36e84a78d7da294fe60a10d75b68a86dc2198115c7d892a51e6';
const A_TXT = 'dd7fcbd42019a62d0c59a3d97ac004374e14b466e2e3f32fa981c8f731e49080';
const SUB = '0ee3ff991cb6936bfdf4d438b16d882be62d24a20cdebefd3d4e407dd8354c68';
const STATE = '020211c2e90ac628750afa9c6939727c0934e57264bb91f30cded4f760fb8d0e';

describe('the vectors of a real node (reference 5.2)', () => {
  it.each([
    ['/', '329f85ac6e6310f8fc8148a48307002ad1ab5c493a815fd6116b2a52add807d9'],
    ['state', '456cf7f1bcf2d3dc53ec88b93f05b0053490b07906a459b9a7447744bf3bae82'],
    ['patch.cfg', '9ffe2c388b71c6799e854aed43c40e21625b0abe3c95079d1476819a931a67cd'],
  ])('name %s', (name, hash) => {
    expect(blake3Hex(Buffer.from(name))).toBe(hash);
  });

  it.each([
    [0o100644, '653ac8ab5704a1c9dfd3e15354bb3c1a24780b7d172e36e0d02c67ffe46b2689'],
    [0o40755, '94f2d27e695720b2d74b05c49d914e65959dc5cf8c2285983f552b393611ff64'],
  ])('mode %o', (mode, hash) => {
    expect(blake3Hex(be32(mode))).toBe(hash);
  });

  it('an empty state', () => {
    expect(entryHash('state', 0o40755, [])).toBe(EMPTY_STATE);
  });

  it('a file, a folder with a file, and a state with both', () => {
    expect(entryHash('a.txt', 0o100644, [blockHash(0, Buffer.from('hello'))])).toBe(A_TXT);
    expect(entryHash('sub', 0o40755, [entryHash('b.js', 0o100644, [blockHash(0, Buffer.from('x'))])])).toBe(SUB);
    expect(entryHash('state', 0o40755, [A_TXT, SUB])).toBe(STATE);
    expect(entryHash('state', 0o40755, [SUB, A_TXT])).toBe(STATE);
  });
});

describe('blocks', () => {
  it('are hashed with their offset', () => {
    const bytes = Buffer.from('x');
    expect(blockHash(3, bytes)).toBe(blake3Hex(be64(3 * 4_194_304), bytes));
    expect(blockHash(3, bytes)).not.toBe(blockHash(0, bytes));
    expect(blockPrefix(1).toString('hex')).toBe('0000000000400000');
  });
});

describe('patchHash', () => {
  it('is the file hash of patch.cfg with mode 0644', () => {
    const content = Buffer.from('{"version":"1.0"}');
    expect(patchHash(content)).toBe(entryHash('patch.cfg', 0o100644, [blockHash(0, content)]));
  });

  it('covers every block of a long file, and none of an empty one', () => {
    const content = Buffer.alloc(BLOCK_SIZE + 1, 7);
    const blocks = [blockHash(0, content.subarray(0, BLOCK_SIZE)), blockHash(1, content.subarray(BLOCK_SIZE))];
    expect(patchHash(content)).toBe(entryHash('patch.cfg', 0o100644, blocks));
    expect(patchHash(Buffer.alloc(0))).toBe(entryHash('patch.cfg', 0o100644, []));
  });
});

describe('names and XOR', () => {
  it('takes names as text or bytes', () => {
    expect(entryHash(Buffer.from('größe'), 0o100644, [])).toBe(entryHash('größe', 0o100644, []));
    expect(entryHash(Buffer.of(0xff), 0o100644, [])).not.toBe(entryHash(Buffer.of(0xfe), 0o100644, []));
  });

  it('undoes itself', () => {
    const hash = blake3(Buffer.from('a'));
    const sum = Buffer.alloc(32);
    xorInto(sum, hash);
    expect(sum.equals(hash)).toBe(true);
    xorInto(sum, hash);
    expect(sum.equals(Buffer.alloc(32))).toBe(true);
  });
});
