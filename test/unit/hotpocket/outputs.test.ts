import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blake3, fromHex, toHex, ZERO_HASH, type Hex } from '../../../src/hotpocket/hash';
import { verify } from '../../../src/hotpocket/keys';
import { hashTreeFor, outputRoot, userOutputHash, type HashTree, type UserOutput } from '../../../src/hotpocket/outputs';

const STATE = '5a'.repeat(32);
const users = (count: number): UserOutput[] => Array.from({ length: count }, (_, i) => ({
  pubkey: `ed${String(i).padStart(64, '0')}`,
  messages: [Buffer.from(`hello ${i}`), Buffer.from([i, 0xff])],
}));

/** The client's side of the proof: the root that follows from a tree whose null stands for the own leaf. */
const fold = (tree: HashTree, own: Hex): Hex => toHex(blake3(...tree.map((n) => fromHex(Array.isArray(n) ? fold(n, own) : (n ?? own)))));
const nulls = (tree: HashTree): number => tree.reduce<number>((sum, n) => sum + (Array.isArray(n) ? nulls(n) : n === null ? 1 : 0), 0);

describe('output hashes', () => {
  it('agree with what a real cluster signed', () => {
    const lines = readFileSync(join(import.meta.dirname, 'recorded', 'user-json.jsonl'), 'utf8').trim().split('\n');
    const texts = lines.map((line) => (JSON.parse(line) as { text: string }).text);
    const pubkey = (JSON.parse(texts.find((t) => t.includes('user_challenge_response'))!) as { pubkey: Hex }).pubkey;
    const outputs = texts.filter((t) => t.includes('"contract_output"'))
      .map((t) => JSON.parse(t) as { outputs: unknown[]; output_hash: Hex; hash_tree: [null, Hex]; unl_sig: [Hex, Hex][] });
    expect(outputs).toHaveLength(3);
    for (const recorded of outputs) {
      const output = { pubkey, messages: recorded.outputs.map((o) => Buffer.from(JSON.stringify(o))) };
      const [, state] = recorded.hash_tree;
      expect(userOutputHash(output)).toBe(recorded.output_hash);
      expect(hashTreeFor([output], state, userOutputHash(output))).toEqual(recorded.hash_tree);
      expect(recorded.unl_sig).toHaveLength(3);
      for (const [key, signature] of recorded.unl_sig) expect(verify(fromHex(outputRoot([output], state)), signature, key)).toBe(true);
    }
  });

  it('are zeros when nobody was sent anything', () => {
    expect(outputRoot([], STATE)).toBe(ZERO_HASH);
  });

  it('do not depend on the order in which users are given, but on that of a user\'s messages', () => {
    const some = users(20);
    expect(outputRoot([...some].reverse(), STATE)).toBe(outputRoot(some, STATE));
    const [first, ...rest] = some as [UserOutput, ...UserOutput[]];
    expect(outputRoot([{ ...first, messages: [...first.messages].reverse() }, ...rest], STATE)).not.toBe(outputRoot(some, STATE));
  });

  // 15 users and the state fill one group; 16 leave the state alone in a second; 17 and 40 need two levels; 300 three.
  it.each([1, 2, 15, 16, 17, 31, 40, 64, 300])('of %i users fold to the signed root for each of them', (count) => {
    const outputs = users(count);
    const root = outputRoot(outputs, STATE);
    for (const output of outputs) {
      const leaf = userOutputHash(output);
      const tree = hashTreeFor(outputs, STATE, leaf);
      expect(nulls(tree)).toBe(1);
      expect(fold(tree, leaf)).toBe(root);
      expect(fold(tree, userOutputHash({ ...output, messages: [Buffer.from('forged')] }))).not.toBe(root);
    }
  });

  it('keep the state as the last leaf', () => {
    const outputs = users(3);
    const leaf = userOutputHash(outputs[0]!);
    expect(hashTreeFor(outputs, STATE, leaf).at(-1)).toBe(STATE);
    expect(outputRoot(outputs, STATE)).not.toBe(outputRoot(outputs, 'ff'.repeat(32)));
  });
});
