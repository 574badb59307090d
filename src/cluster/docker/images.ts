import type Docker from 'dockerode';
import { HotPocketError } from '../../base/errors';
import { sizeText } from '../../base/quantities';
import type { Task } from '../engine';
import { daemonText, hasStatus } from './daemon/failures';

/** hpdevkit's images and the variables that replace them (reference 9.2). */
const INSTANCE_IMAGE = 'evernode/hotpocket:0.6.5-ubt.20.04-njs.20';
const DEVKIT_IMAGE = 'evernode/hpdevkit';

export const instanceImage = (env: NodeJS.ProcessEnv): string => env.HP_INSTANCE_IMAGE || INSTANCE_IMAGE;
export const devkitImage = (env: NodeJS.ProcessEnv): string => env.HP_DEVKIT_IMAGE || DEVKIT_IMAGE;

async function hasImage(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}

/** Pulls an image that is not there. Throws DOCKER_IMAGE_UNAVAILABLE. */
export async function requireImage(docker: Docker, image: string, task?: Task): Promise<void> {
  if (await hasImage(docker, image)) return;
  task?.progress?.(`Pulling the docker image ${image}`);
  try {
    await pull(docker, image, task);
  } catch (error) {
    task?.signal?.throwIfAborted();
    throw new HotPocketError('DOCKER_IMAGE_UNAVAILABLE', { image, problem: daemonText(error) }, { cause: error });
  }
}

interface PullStep {
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

async function pull(docker: Docker, image: string, task: Task | undefined): Promise<void> {
  const signal = task?.signal;
  // Without a tag all tags of the repository would be pulled.
  const name = /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
  const stream = (await docker.pull(name, { ...(signal && { abortSignal: signal }) })) as NodeJS.ReadableStream & { destroy(): void };
  // Going away is what ends a pull.
  const abort = (): void => stream.destroy();
  signal?.addEventListener('abort', abort);
  const meter = new PullMeter(image, (text) => task?.progress?.(text));
  try {
    await new Promise<void>((resolve, reject) => {
      stream.on('close', () => reject(new Error('The connection ended.')));
      docker.modem.followProgress(stream, (error: Error | null) => (error ? reject(error) : resolve()), (step: PullStep) => meter.add(step));
    });
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Adds up what was downloaded of all layers, and tells every full percent. */
class PullMeter {
  private readonly layers = new Map<string, { current: number; total: number }>();
  private told = '';

  constructor(private readonly image: string, private readonly progress: (text: string) => void) {}

  add({ status, id, progressDetail }: PullStep): void {
    if (id === undefined) return;
    const { current, total } = progressDetail ?? {};
    const layer = this.layers.get(id);
    if (status === 'Downloading' && current !== undefined && total !== undefined) this.layers.set(id, { current, total });
    else if (layer && status === 'Download complete') layer.current = layer.total;
    else return;
    this.tell();
  }

  private tell(): void {
    const sum = (field: 'current' | 'total'): number => [...this.layers.values()].reduce((bytes, layer) => bytes + layer[field], 0);
    const percent = Math.floor((100 * sum('current')) / Math.max(1, sum('total')));
    const text = `Pulling the docker image ${this.image}: ${percent} % of ${sizeText(sum('total'))}`;
    if (text === this.told) return;
    this.told = text;
    this.progress(text);
  }
}
