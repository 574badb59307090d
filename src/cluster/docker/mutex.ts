import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Task } from '../engine';
import { hasStatus } from './daemon/failures';
import { LOCK, OWN_LABEL } from './names';
import { readFile, writeFiles } from './volume';

export type Operation = 'create' | 'deploy' | 'start' | 'stop' | 'spawn' | 'clean';

/** The right to change the cluster. */
export interface Lease {
  /** What somebody had begun and did not finish. */
  readonly interrupted: Operation | undefined;
  release(): Promise<void>;
}

const LOOK_EVERY_MS = 200;
const RENEW_EVERY_MS = 5_000;
/** Whose lease was not renewed for so long is gone. */
const EXPIRES_AFTER_MS = 30_000;
const LEASE_FILE = 'lease';

/**
 * Waits until nobody else of us changes the cluster. The lock is a container that is never started: its name can be had once, and it says who
 * has it and what for. It is renewed by a number in a file inside; a waiter who saw no other number for 30 s, or knows that the owner's process is
 * gone, takes it over. hpdevkit knows nothing of it.
 */
export async function acquire(docker: Docker, image: string, operation: Operation, task?: Task): Promise<Lease> {
  let interrupted: Operation | undefined;
  const watch = new OwnerWatch(docker, task);
  for (;;) {
    task?.signal?.throwIfAborted();
    const lock = await tryCreate(docker, image, operation);
    if (lock) return hold(lock, interrupted);
    const stale = await watch.look();
    if (stale) {
      interrupted = stale.operation;
      await stale.lock.remove({ force: true }).catch((error: unknown) => {
        if (!hasStatus(error, 404) && !hasStatus(error, 409)) throw error;
      });
    } else await sleep(LOOK_EVERY_MS, undefined, { ...(task?.signal && { signal: task.signal }) });
  }
}

async function tryCreate(docker: Docker, image: string, operation: Operation): Promise<Docker.Container | undefined> {
  try {
    const labels = { [OWN_LABEL]: 'lock', operation, owner: ownerText(), process: PROCESS };
    return await docker.createContainer({ name: LOCK, Image: image, Cmd: ['lock'], Labels: labels, HostConfig: { NetworkMode: 'none' } });
  } catch (error) {
    if (hasStatus(error, 409)) return undefined;
    throw error;
  }
}

function hold(lock: Docker.Container, interrupted: Operation | undefined): Lease {
  let number = 0;
  const renew = (): void => {
    number++;
    void writeFiles(lock, [{ path: LEASE_FILE, text: String(number), mode: 0o644 }], '/').catch(() => undefined);
  };
  const renewing = setInterval(renew, RENEW_EVERY_MS).unref();
  return {
    interrupted,
    async release() {
      clearInterval(renewing);
      // A daemon that went away has it still; whoever comes next sees that we do not renew it.
      await lock.remove({ force: true }).catch(() => undefined);
    },
  };
}

/** Looks at somebody else's lock until it is given back or stale. */
class OwnerWatch {
  private seen = '';
  private since = 0;

  constructor(private readonly docker: Docker, private readonly task: Task | undefined) {}

  /** The lock, if its owner is gone. */
  async look(): Promise<{ readonly lock: Docker.Container; readonly operation: Operation } | undefined> {
    const info = await this.docker.getContainer(LOCK).inspect().catch((error: unknown) => {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    });
    if (!info) return undefined;
    const { operation = 'deploy', owner = '', process = '' } = info.Config.Labels;
    const lock = this.docker.getContainer(info.Id);
    const stale = { lock, operation: operation as Operation };
    if (isGone(process)) return stale;
    const renewed = `${info.Id} ${(await readFile(lock, `/${LEASE_FILE}`).catch(() => undefined))?.text ?? ''}`;
    if (renewed !== this.seen) {
      if (!this.seen.startsWith(info.Id)) this.task?.progress?.(`Waiting for ${owner}, who is at work on the cluster (${operation})`);
      this.seen = renewed;
      this.since = performance.now();
    }
    return performance.now() - this.since > EXPIRES_AFTER_MS ? stale : undefined;
  }
}

/** Processes of other machines, other boots and other containers are not ours to judge. */
const MACHINE = [hostname(), contentOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')), contentOf(() => readlinkSync('/proc/self/ns/pid'))].join(' ');
const PROCESS = `${MACHINE} ${process.pid}`;

function contentOf(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

function isGone(owner: string): boolean {
  if (!owner.startsWith(`${MACHINE} `)) return false;
  try {
    process.kill(Number(owner.slice(MACHINE.length + 1)), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

const ownerText = (): string => `${contentOf(() => userInfo().username) || 'somebody'} on ${hostname()} (process ${process.pid})`;
