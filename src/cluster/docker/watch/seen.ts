import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../../../base/files';
import type { Told } from './observer';

const shape = v.record(v.string(), v.object({
  observer: v.optional(v.string()),
  peers: v.optional(v.array(v.string())),
  unl: v.optional(v.array(v.string())),
  roundTime: v.optional(v.number()),
}));

/** What the observer knows of each run of a node, for the other windows and terminals. What changes with every ledger, logs tell them. */
export type Seen = Readonly<Record<string, Told>>;

export const lasting = ({ observer, peers, unl, roundTime }: Told): Told => ({
  ...(observer !== undefined && { observer }), ...(peers && { peers }), ...(unl && { unl }), ...(roundTime !== undefined && { roundTime }),
});

const seenFile = (folder: string): string => join(folder, 'seen.json');

export function writeSeen(folder: string, seen: Seen): Promise<void> {
  return writeFileAtomic(seenFile(folder), JSON.stringify(seen), 0o600);
}

export function readSeen(folder: string): Seen {
  try {
    return v.parse(shape, JSON.parse(readFileSync(seenFile(folder), 'utf8'))) as Seen;
  } catch {
    return {};
  }
}
