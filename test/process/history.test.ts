import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CliCluster } from './support/cliCluster';
import { FAST, nodeContract } from './support/contracts';
import { User } from './support/users';

// What a node of full history still knows, over both protocols and after a restart (reference 4.3, 4.4); one node, private contract.

const cluster = new CliCluster({ size: 1, userPort: 18191, peerPort: 28191 });
afterAll(() => cluster.dispose());

interface Told { readonly inputs: readonly { pubkey: unknown; nonce: unknown; blob: unknown }[]; readonly outputs: readonly { pubkey: unknown; blobs: readonly unknown[] }[] }
const text = (blob: unknown): string => (typeof blob === 'string' ? Buffer.from(blob, 'hex') : Buffer.from(blob as Uint8Array)).toString();
const query = async (user: User, seqNo: number): Promise<Told> => (await user.client.getLedgerBySeqNo(seqNo, true, true)) as unknown as Told;

beforeAll(async () => {
  const bundle = await nodeContract(cluster, 'notes', { ...FAST, consensus: { ...FAST.consensus, mode: 'private' } });
  const override = JSON.parse(readFileSync(`${bundle}/hp.cfg.override`, 'utf8')) as object;
  writeFileSync(`${bundle}/hp.cfg.override`, JSON.stringify({ ...override, node: { history: 'full' } }));
  await cluster.deploy(bundle);
});

it.each(['json', 'bson'] as const)('inputs and outputs of a ledger, to whom they belong, over %s', async (protocol) => {
  const user = await User.connect(cluster, 1, { protocol });
  const seqNo = await user.accepted(`over ${protocol}`);
  await user.receives(`noted over ${protocol}`);
  await cluster.ok('stop');
  await user.close();
  await cluster.ok('start');
  const later = await User.connect(cluster, 1, { protocol });
  expect(await later.client.getStatus()).toMatchObject({ isFullHistoryNode: true });
  const kept = await query(later, seqNo);
  expect(kept.inputs).toHaveLength(1);
  // Others see that there was something, not what.
  expect(text(kept.inputs[0]!.blob)).toBe('');
  expect((await query(later, seqNo + 1)).outputs.map(({ blobs }) => blobs)).toEqual([[]]);
  const own = await later.accepted(`again over ${protocol}`);
  await later.receives(`noted again over ${protocol}`);
  expect((await query(later, own)).inputs.map(({ blob }) => text(blob))).toEqual([`again over ${protocol}`]);
  expect((await query(later, own + 1)).outputs.map(({ blobs }) => blobs.map(text))).toEqual([[`noted again over ${protocol}`, `with ledger ${own}`]]);
  await later.close();
});
