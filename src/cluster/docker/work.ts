import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import type Docker from 'dockerode';
import { HotPocketError } from '../../base/errors';
import { CLUSTER_NAME } from '../paths';
import { MOUNT, OWN_LABEL, VOLUME } from './names';

export interface Work {
  readonly image: string;
  /** Without it the image's own, which is hpcore. */
  readonly entrypoint?: readonly string[];
  readonly command: readonly string[];
  /** Id of a container whose volumes it gets in place of the cluster's by name, which Docker would make anew if it is just being removed. */
  readonly volumesFrom?: string;
  readonly signal?: AbortSignal;
  /** How much output is kept, in bytes. */
  readonly outputLimit?: number;
}

export interface WorkResult {
  readonly exitCode: number;
  /** What it printed, both streams. */
  readonly output: string;
}

const OUTPUT_LIMIT = 16 * 1024;

/**
 * A short-lived container of the instance image with the cluster's volume, which does something and is gone. It goes on to its end even if
 * we end meanwhile; on the signal it is ended.
 */
export async function work(docker: Docker, { image, entrypoint, command, volumesFrom, signal, outputLimit = OUTPUT_LIMIT }: Work): Promise<WorkResult> {
  signal?.throwIfAborted();
  const container = await docker.createContainer({
    name: `hotpocket_studio_${CLUSTER_NAME}_work_${randomBytes(4).toString('hex')}`,
    Image: image,
    ...(entrypoint && { Entrypoint: [...entrypoint] }),
    Cmd: [...command],
    User: '0',
    Labels: { [OWN_LABEL]: 'work' },
    HostConfig: { AutoRemove: true, NetworkMode: 'none', ...(volumesFrom === undefined ? { Mounts: [{ Type: 'volume', Source: VOLUME, Target: MOUNT }] } : { VolumesFrom: [volumesFrom] }) },
  });
  const end = (): void => void container.remove({ force: true }).catch(() => undefined);
  signal?.addEventListener('abort', end);
  try {
    const { text, ended } = await collectOutput(docker, container, outputLimit);
    // Asked before it starts: afterwards it may be gone already. When it is removed, the volume is not in use any more.
    const removed = container.wait({ condition: 'removed' }) as Promise<{ StatusCode: number }>;
    removed.catch(() => undefined);
    try {
      await container.start();
    } catch (error) {
      end();
      throw error;
    }
    const { StatusCode } = await removed;
    await ended;
    signal?.throwIfAborted();
    return { exitCode: StatusCode, output: text() };
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

/** Runs a constant shell script with arguments, and tells what it printed. Throws DOCKER_WORK_FAILED. */
export async function script(docker: Docker, image: string, what: string, text: string, args: readonly string[], options: Pick<Work, 'outputLimit' | 'signal' | 'volumesFrom'> = {}): Promise<string> {
  const { exitCode, output } = await work(docker, { image, entrypoint: ['/bin/sh'], command: ['-c', text, 'sh', ...args], ...options });
  if (exitCode !== 0) throw new HotPocketError('DOCKER_WORK_FAILED', { what, problem: output.trim().split('\n').at(-1) || `exit code ${exitCode}` });
  return output;
}

async function collectOutput(docker: Docker, container: Docker.Container, limit: number): Promise<{ readonly text: () => string; readonly ended: Promise<void> }> {
  const chunks: Buffer[] = [];
  let length = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (length < limit) chunks.push(chunk);
      length += chunk.length;
      done();
    },
  });
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  const ended = new Promise<void>((resolve) => stream.on('error', () => resolve()).on('end', () => resolve()).on('close', () => resolve()));
  docker.modem.demuxStream(stream, sink, sink);
  return { text: () => Buffer.concat(chunks).toString('utf8'), ended };
}
