import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../../../base/files';
import { tryLock } from '../../../base/native/flock';
import { generateKeyPair, keysMatch, type KeyPair } from '../../../hotpocket/keys';

/** The real engine bans an address for 10 minutes at its 6th violation in 10 minutes (reference 6.9). In Docker all clients of a machine share one address. */
const WINDOW_MS = 600_000;
const FAILURES = 3;

const shape = v.object({
  publicKey: v.string(),
  privateKey: v.string(),
  /** When attempts to connect failed, by node; ms since 1970. */
  failures: v.record(v.string(), v.array(v.number())),
});

/**
 * The key with which this machine looks at the nodes of one cluster, held by one process at a time: a node takes one connection of a key,
 * and a second one counts as a violation. With it goes how many attempts to connect there may still be.
 */
export class ObserverKey {
  private constructor(private readonly file: string, readonly keys: KeyPair, private readonly failures: Record<string, number[]>, private readonly unlock: () => void) {}

  /** Undefined while another process has it. The file is the user's alone. */
  static async open(home: string, contractId: string): Promise<ObserverKey | undefined> {
    const folder = join(home, 'observers');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const base = join(folder, createHash('sha256').update(contractId).digest('hex').slice(0, 16));
    closeSync(openSync(`${base}.lock`, 'a', 0o600));
    const lock = tryLock(`${base}.lock`);
    if (lock === 'held') return undefined;
    const unlock = (): void => (lock === 'unavailable' ? undefined : lock.release());
    try {
      const file = `${base}.json`;
      const known = read(file);
      const keys = known ?? generateKeyPair();
      const observer = new ObserverKey(file, { publicKey: keys.publicKey, privateKey: keys.privateKey }, known?.failures ?? {}, unlock);
      if (!known) await observer.save();
      return observer;
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** When (ms since 1970) the next attempt to connect to a node may be made. */
  nextAttempt(node: string, now: number): number {
    const recent = (this.failures[node] ?? []).filter((time) => time > now - WINDOW_MS && time <= now);
    this.failures[node] = recent;
    return recent.length < FAILURES ? now : (recent.at(-FAILURES) ?? now) + WINDOW_MS;
  }

  async failed(node: string, now: number): Promise<void> {
    this.failures[node] = [...(this.failures[node] ?? []), now];
    await this.save();
  }

  release(): void {
    this.unlock();
  }

  private async save(): Promise<void> {
    await writeFileAtomic(this.file, JSON.stringify({ ...this.keys, failures: this.failures }), 0o600);
  }
}

/** The cluster is gone, and so is who looked at it. */
export async function forgetObserver(home: string, contractId: string): Promise<void> {
  const base = join(home, 'observers', createHash('sha256').update(contractId).digest('hex').slice(0, 16));
  for (const file of [`${base}.json`, `${base}.lock`]) await rm(file, { force: true });
}

function read(file: string): v.InferOutput<typeof shape> | undefined {
  try {
    const known = v.parse(shape, JSON.parse(readFileSync(file, 'utf8')));
    return keysMatch(known) ? known : undefined;
  } catch {
    return undefined;
  }
}
