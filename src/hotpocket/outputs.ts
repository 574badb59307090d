import { blake3, fromHex, toHex, ZERO_HASH, type Hex } from './hash';

/** What a contract run sent to one user, in the order it wrote it. */
export interface UserOutput {
  readonly pubkey: Hex;
  readonly messages: readonly Uint8Array[];
}

/** Nested arrays of hashes in which the receiving user's own leaf is null (reference 6.6). */
export type HashTree = (HashTree | Hex | null)[];

const FAN_OUT = 16;

/** b3(user key || messages…): a user's leaf, and `output_hash` of the message to that user. */
export const userOutputHash = (output: UserOutput): Hex => toHex(blake3(fromHex(output.pubkey), ...output.messages));

function leaves(outputs: readonly UserOutput[], stateHash: Hex): Hex[] {
  return [...outputs.map(userOutputHash).sort(), stateHash];
}

function groups<T>(items: readonly T[]): T[][] {
  const result: T[][] = [];
  for (let i = 0; i < items.length; i += FAN_OUT) result.push(items.slice(i, i + FAN_OUT));
  return result;
}

const parentHash = (children: readonly Hex[]): Hex => (children.length === 1 ? children[0] as Hex : toHex(blake3(...children.map(fromHex))));

/** The Merkle root of a run's outputs and the state after it; zeros when nothing was sent. */
export function outputRoot(outputs: readonly UserOutput[], stateHash: Hex): Hex {
  if (outputs.length === 0) return ZERO_HASH;
  let level = leaves(outputs, stateHash);
  while (level.length > 1) level = groups(level).map(parentHash);
  return level[0] ?? ZERO_HASH;
}

interface TreeNode { readonly hash: Hex; readonly tree: HashTree | null | undefined }

/** The tree as the user of `leaf` needs it: siblings on the way up as hashes, its own leaf null, all else folded. */
export function hashTreeFor(outputs: readonly UserOutput[], stateHash: Hex, leaf: Hex): HashTree {
  let level: TreeNode[] = leaves(outputs, stateHash).map((hash) => ({ hash, tree: hash === leaf ? null : undefined }));
  while (level.length > 1) {
    level = groups(level).map((group) => {
      if (group.length === 1) return group[0] as TreeNode;
      const onPath = group.some((n) => n.tree !== undefined);
      return {
        hash: parentHash(group.map((n) => n.hash)),
        tree: onPath ? group.map((n) => (n.tree === undefined ? n.hash : n.tree)) : undefined,
      };
    });
  }
  const top = level[0]?.tree;
  return Array.isArray(top) ? top : [top ?? null];
}

/** The root of a tree as a user got it, with `leaf` in the place that is null; undefined unless there is exactly one such place. */
export function treeRoot(tree: HashTree, leaf: Hex): Hex | undefined {
  let places = 0;
  const hashOf = (node: HashTree | Hex | null): Hex => {
    if (Array.isArray(node)) return parentHash(node.map(hashOf));
    if (node === null) places++;
    return node ?? leaf;
  };
  const root = hashOf(tree);
  return places === 1 ? root : undefined;
}
