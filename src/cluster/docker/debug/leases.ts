import type { Debuggee } from '../../../base/debugLink';
import type { DebugEvent, DebugLease, DebugRequest, PauseInfo } from '../../engine';
import { DockerDebugLease, type LeaseHost } from './lease';

/** The debugging that this engine's owner wants. */
export class DebugLeases {
  private readonly leases = new Set<DockerDebugLease>();
  /** What is held for them, oldest first. */
  private readonly held: { readonly lease: DockerDebugLease; readonly run: number; readonly pause: PauseInfo }[] = [];

  /** `pauseChanged`: there is another `pause`. */
  constructor(private readonly host: () => LeaseHost, private readonly pauseChanged: (pause: PauseInfo | undefined) => void) {}

  /** The process that has been held longest. */
  get pause(): PauseInfo | undefined {
    return this.held[0]?.pause;
  }

  /** As DockerDebugLease.begin. */
  async begin(request: DebugRequest, onEvent: (event: DebugEvent) => void): Promise<DebugLease> {
    const lease: DockerDebugLease = new DockerDebugLease(this.host(), request, (event) => {
      this.hear(lease, event);
      onEvent(event);
    });
    this.leases.add(lease);
    try {
      await lease.begin();
    } catch (error) {
      this.leases.delete(lease);
      throw error;
    }
    return { letGo: (run) => lease.letGo(run), end: () => lease.end().finally(() => this.forget(lease)) };
  }

  dispose(): void {
    for (const lease of this.leases) lease.dispose();
    this.leases.clear();
  }

  private hear(lease: DockerDebugLease, event: DebugEvent): void {
    if (event.type === 'waiting') this.change(() => this.held.push({ lease, run: event.debuggee.run, pause: pauseFor(event.debuggee) }));
    else this.drop((one) => one.lease === lease && one.run === event.run);
  }

  private forget(lease: DockerDebugLease): void {
    this.leases.delete(lease);
    this.drop((one) => one.lease === lease);
  }

  private drop(which: (one: (typeof this.held)[number]) => boolean): void {
    this.change(() => {
      for (let i = this.held.length; i-- > 0; ) if (which(this.held[i]!)) this.held.splice(i, 1);
    });
  }

  private change(doIt: () => void): void {
    const before = this.pause;
    doIt();
    if (this.pause !== before) this.pauseChanged(this.pause);
  }
}

function pauseFor({ node, kind, ledgerSeqNo, endsAt }: Debuggee): PauseInfo {
  return { node, kind, ledgerSeqNo, since: Date.now(), goesOn: { ...(endsAt !== undefined && { endsAt }) } };
}
