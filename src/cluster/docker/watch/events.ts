import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { Emitter, type Disposable } from '../../../base/disposables';
import { LineReader } from '../../../base/lines';

export type DockerEvent =
  /** Something happened to a container. */
  | { readonly type: 'container'; readonly action: string; readonly id: string; readonly name: string; readonly attributes: Readonly<Record<string, string>> }
  /** The daemon went away, or is there again. What happened in between is not known. */
  | { readonly type: 'lost' }
  | { readonly type: 'connected' };

const ACTIONS = ['create', 'start', 'die', 'stop', 'kill', 'oom', 'pause', 'unpause', 'destroy', 'rename', 'exec_start', 'exec_die'];
const RETRY_MS = 1_000;

/** What happens to containers, as Docker tells it, whoever does it. Listens as long as somebody listens here. */
export class DockerEvents implements Disposable {
  private readonly emitter = new Emitter<DockerEvent>();
  private listeners = 0;
  private end: AbortController | undefined;

  constructor(private readonly docker: () => Docker) {}

  readonly on = (listener: (event: DockerEvent) => void): Disposable => {
    const subscription = this.emitter.on(listener);
    if (this.listeners++ === 0) void this.listen((this.end = new AbortController()).signal);
    let disposed = false;
    return {
      dispose: () => {
        if (disposed) return;
        disposed = true;
        subscription.dispose();
        if (--this.listeners === 0) this.end?.abort();
      },
    };
  };

  dispose(): void {
    this.end?.abort();
  }

  private async listen(signal: AbortSignal): Promise<void> {
    let connected = false;
    while (!signal.aborted) {
      try {
        const stream = (await this.docker().getEvents({ filters: { type: ['container'], event: ACTIONS }, abortSignal: signal })) as NodeJS.ReadableStream & { destroy(): void };
        connected = true;
        this.emitter.fire({ type: 'connected' });
        await this.read(stream, signal);
      } catch {
        // Whoever asks the daemon for something is told why it does not answer.
      }
      if (signal.aborted) return;
      if (connected) this.emitter.fire({ type: 'lost' });
      connected = false;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async read(stream: NodeJS.ReadableStream & { destroy(): void }, signal: AbortSignal): Promise<void> {
    const abort = (): void => stream.destroy();
    signal.addEventListener('abort', abort);
    const lines = new LineReader();
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => lines.push(text).forEach((line) => this.tell(line)));
    await new Promise<void>((resolve) => stream.on('end', resolve).on('close', resolve).on('error', () => resolve()));
    signal.removeEventListener('abort', abort);
  }

  private tell(line: string): void {
    if (line.trim() === '') return;
    const { Action, Actor } = JSON.parse(line) as { Action: string; Actor: { ID: string; Attributes: Record<string, string> } };
    this.emitter.fire({ type: 'container', action: Action, id: Actor.ID, name: Actor.Attributes.name ?? '', attributes: Actor.Attributes });
  }
}
