import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../../../base/files';
import { tryLock } from '../../../base/native/flock';
import { generateKeyPair, keysMatch, type KeyPair } from '../../../hotpocket/keys';

/** The real engine bans an address for 10 minutes at its 6th violation in 10 minutes (reference 6.9). In Docker all clients of a machine share one address. */
const WINDOW_MS = 600_000;
const FAILURES = 3;
const RETRY_MS = 1_000;
/** A node needs a moment to see that a connection has ended; until then another one of the same key is a violation. */
const GRACE_MS = 1_000;

const shape = v.object({
  publicKey: v.string(),
  privateKey: v.string(),
  /** When attempts failed, by run of a node; ms since 1970. Violations are forgotten when a node ends. */
  failures: v.record(v.string(), v.array(v.number())),
  /** When it was last given back. */
  releasedAt: v.number(),
});

type KeyFile = v.InferOutput<typeof shape>;

/** Where everything is kept that concerns the observer of one cluster. */
export const observerFolder = (home: string, contractId: string): string => join(home, 'observers', createHash('sha256').update(contractId).digest('hex').slice(0, 16));

/**
 * The key with which this machine looks at the nodes of one cluster, held by one process at a time: a node takes one connection of a key,
 * and a second one is a violation. With it goes how many attempts to connect there may still be.
 */
export class ObserverKey {
  private constructor(readonly contractId: string, readonly folder: string, private readonly content: KeyFile, private readonly unlock: () => void) {}

  /** Undefined while another process has it, and where there are no locks. The file is the user's alone. */
  static async open(home: string, contractId: string): Promise<ObserverKey | undefined> {
    const folder = observerFolder(home, contractId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = tryLock(folder);
    if (lock === 'held' || lock === 'unavailable') return undefined;
    try {
      const known = read(keyFile(folder));
      const key = new ObserverKey(contractId, folder, known ?? { ...generateKeyPair(), failures: {}, releasedAt: 0 }, () => lock.release());
      if (!known) await key.save();
      return key;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get keys(): KeyPair {
    const { publicKey, privateKey } = this.content;
    return { publicKey, privateKey };
  }

  /** When (ms since 1970) the next attempt to connect to a run of a node may be made. */
  nextAttempt(run: string, now: number): number {
    const failures = this.recent(run, now);
    const last = failures.at(-1);
    const next = failures.length < FAILURES ? (last ?? -Infinity) + RETRY_MS : (failures.at(-FAILURES) as number) + WINDOW_MS;
    return Math.max(now, next, this.content.releasedAt <= now ? this.content.releasedAt + GRACE_MS : now);
  }

  /** An attempt came to nothing, or the node ended the connection. */
  async failed(run: string, now: number): Promise<void> {
    const { failures } = this.content;
    failures[run] = [...(failures[run] ?? []), now];
    for (const one of Object.keys(failures)) {
      const recent = this.recent(one, now);
      if (recent.length > 0) failures[one] = recent;
      else delete failures[one];
    }
    await this.save();
  }

  /** Its connections have ended. */
  async release(now = Date.now()): Promise<void> {
    this.content.releasedAt = now;
    // Whoever comes next then begins a little too early, and counts it.
    await this.save().catch(() => undefined);
    this.unlock();
  }

  private recent(run: string, now: number): number[] {
    return (this.content.failures[run] ?? []).filter((time) => time > now - WINDOW_MS && time <= now);
  }

  private save(): Promise<void> {
    return writeFileAtomic(keyFile(this.folder), JSON.stringify(this.content), 0o600);
  }
}

/** The cluster is gone, and so is who looked at it. */
export async function forgetObserver(home: string, contractId: string): Promise<void> {
  await rm(observerFolder(home, contractId), { recursive: true, force: true });
}

const keyFile = (folder: string): string => join(folder, 'key.json');

function read(file: string): KeyFile | undefined {
  try {
    const known = v.parse(shape, JSON.parse(readFileSync(file, 'utf8')));
    return keysMatch(known) ? known : undefined;
  } catch {
    return undefined;
  }
}
