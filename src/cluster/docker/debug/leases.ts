import type { DebugEvent, DebugLease, DebugRequest } from '../../engine';
import { DockerDebugLease, type LeaseHost } from './lease';

/** The debugging that this engine's owner wants. */
export class DebugLeases {
  private readonly leases = new Set<DockerDebugLease>();

  constructor(private readonly host: () => LeaseHost) {}

  /** As DockerDebugLease.begin. */
  async begin(request: DebugRequest, onEvent: (event: DebugEvent) => void): Promise<DebugLease> {
    const lease = new DockerDebugLease(this.host(), request, onEvent);
    this.leases.add(lease);
    try {
      await lease.begin();
    } catch (error) {
      this.leases.delete(lease);
      throw error;
    }
    return { letGo: (run) => lease.letGo(run), end: () => lease.end().finally(() => this.leases.delete(lease)) };
  }

  dispose(): void {
    for (const lease of this.leases) lease.dispose();
    this.leases.clear();
  }
}
