import type { FaultKind } from './faults';

export interface InputRecord {
  readonly text: string;
  readonly user: string;
  /** Absent while nothing was heard of it, and if its user died before. `failed`: the connection ended; `unsent`: there was none. */
  status?: 'accepted' | 'rejected' | 'failed' | 'unsent';
  reason?: string;
  ledgerSeqNo?: number;
  ledgerHash?: string;
}

export interface Output {
  readonly user: string;
  readonly ledgerSeqNo: number;
  readonly texts: readonly string[];
}

/** A node had something done to it from then on, until it was as it should be again. ms since 1970. */
export interface Trouble {
  readonly node: number;
  readonly from: number;
  until?: number;
}

/** The book of a run: what users handed in and heard, what was done to whom, and when. */
export class History {
  readonly inputs = new Map<string, InputRecord>();
  readonly outputs: Output[] = [];
  readonly troubles: Trouble[] = [];
  readonly struck = new Map<FaultKind, number>();
  private readonly lines: { readonly at: number; readonly text: string }[] = [];
  readonly begin = Date.now();

  note(text: string): void {
    this.lines.push({ at: Date.now(), text });
  }

  strike(kind: FaultKind, what: string): void {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
    this.note(`${kind}: ${what}`);
  }

  /** From now on the nodes are in trouble; ends with what is returned. */
  trouble(nodes: readonly number[]): () => void {
    const troubles = nodes.map((node): Trouble => ({ node, from: Date.now() }));
    this.troubles.push(...troubles);
    return () => {
      for (const trouble of troubles) trouble.until ??= Date.now();
    };
  }

  time(at: number): string {
    return ((at - this.begin) / 1000).toFixed(3).padStart(9);
  }

  timeline(): string {
    return this.lines.map(({ at, text }) => `${this.time(at)} ${text}`).join('\n');
  }
}
