import { fromHex, type Hex } from '../hash';
import { verify } from '../keys';
import { treeRoot, type HashTree } from '../outputs';
import { exactMessages, type ReceivedContent } from './contents';

/** `contract_output` as it came (reference 6.5). */
export interface ReceivedOutput {
  readonly ledgerSeqNo: number;
  readonly ledgerHash: Hex;
  readonly contents: readonly ReceivedContent[];
  readonly outputHash: Hex;
  readonly hashTree: HashTree;
  readonly unlSignatures: readonly (readonly [pubkey: Hex, signature: Hex])[];
}

/** Whether the nodes stand by an output. `signed` counts those of the trusted keys that signed it. */
export type OutputProof =
  | { readonly kind: 'verified'; readonly signed: number; readonly of: number }
  /** The hash fits what came with it, and no keys are trusted that could have signed it. */
  | { readonly kind: 'unsigned' }
  /** The output is not what its hash says. Over JSON also when the contract sent bytes that are not text. */
  | { readonly kind: 'wrong_hash' }
  /** The tree has no place for this user's output. */
  | { readonly kind: 'wrong_tree' }
  | { readonly kind: 'too_few_signatures'; readonly signed: number; readonly of: number };

export interface CheckedOutput {
  readonly ledgerSeqNo: number;
  readonly ledgerHash: Hex;
  /** In the order the contract sent them; exact unless the proof is `wrong_hash`. */
  readonly messages: readonly Buffer[];
  readonly proof: OutputProof;
}

/** This share of the trusted keys must have signed. */
const NEEDED_SHARE = 0.8;

/** Verifies an output as reference 6.6 has it. `trusted` are the keys of the UNL, as known from elsewhere than this node. */
export function checkOutput(pubkey: Hex, output: ReceivedOutput, trusted: readonly Hex[]): CheckedOutput {
  const { ledgerSeqNo, ledgerHash, contents, outputHash } = output;
  const exact = exactMessages(pubkey, outputHash, contents);
  const messages = exact ?? contents.map(({ bytes }) => bytes);
  return { ledgerSeqNo, ledgerHash, messages, proof: exact ? signatureProof(output, new Set(trusted)) : { kind: 'wrong_hash' } };
}

function signatureProof({ outputHash, hashTree, unlSignatures }: ReceivedOutput, trusted: ReadonlySet<Hex>): OutputProof {
  const root = treeRoot(hashTree, outputHash);
  if (root === undefined) return { kind: 'wrong_tree' };
  const of = trusted.size;
  if (of === 0) return { kind: 'unsigned' };
  const message = fromHex(root);
  const signatures = new Map(unlSignatures);
  const signed = [...trusted].filter((key) => verify(message, signatures.get(key) ?? '', key)).length;
  return { kind: signed >= NEEDED_SHARE * of ? 'verified' : 'too_few_signatures', signed, of };
}
