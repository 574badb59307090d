import type { Clock } from '../../base/clock';
import { shortHash, type Hex } from '../../hotpocket/hash';
import type { SyncTargets } from '../consensus/types';
import type { PeerMessage } from '../mesh/messages';
import type { Manifest } from '../state/types';
import type { LedgerChain } from './ledgerSync';
import { describeTarget, LedgerTarget, PatchTarget, StateTarget, type StateAccess, type Target } from './targets';

export interface SyncHost {
  readonly clock: Clock;
  readonly chain: LedgerChain;
  readonly state: StateAccess & { apply(manifest: Manifest): Promise<boolean> };
  /** Connected nodes. */
  peers(): readonly Hex[];
  send(to: Hex, message: PeerMessage): void;
  log(message: string, level?: 'inf' | 'err'): void;
  roundTime(): number;
  /** Each is called once the target is verified, and for the state, in place. */
  ledgersSynced(result: NonNullable<LedgerTarget['result']>): void;
  patchSynced(hash: Hex, content: Uint8Array): Promise<void>;
  stateSynced(hash: Hex): void;
  /** All targets are achieved, or were given up. */
  ended(): void;
}

const MAX_RESUBMISSIONS = 20;

/**
 * Fetches what a node lacks from its peers, one target after the other: ledgers, patch, state (reference 2.4, 4.5). A
 * target is asked of one peer at a time and of the next when that one does not answer.
 */
export class Syncer {
  private targets: Target[] = [];
  private resubmissions = 0;
  private turn = 0;
  private applying: Promise<void> | undefined;
  private cancelTimer = (): void => {};

  constructor(private readonly host: SyncHost) {}

  /** What to fetch from now on; replaces what was to be fetched before. */
  setTargets({ ledger, patch, state }: SyncTargets): void {
    const ledgers = ledger ? [new LedgerTarget(this.host.chain, ledger.shard.hash, ledger.seqNo, ledger.proven)] : [];
    const others = [
      ...(patch === undefined ? [] : [new PatchTarget(patch)]),
      ...(state === undefined ? [] : [new StateTarget(this.host.state, state)]),
    ];
    // Until it has the state that goes with it, a node must not be counted for a ledger that has only just enough nodes.
    const wanted: Target[] = ledger?.proven ? [...others, ...ledgers] : [...ledgers, ...others];
    const before = this.targets;
    this.targets = wanted.map((target) => {
      const known = before.find((t) => t.vpath === target.vpath);
      if (known?.hash === target.hash) return known;
      this.log(target, known ? `Target updated. New hash:${describeTarget(target)}` : `Target added. Hash:${describeTarget(target)}`);
      return target;
    });
    if (this.targets[0] === before[0]) return;
    this.resubmissions = 0;
    this.ask();
  }

  /** Resolves when no file of the state is being changed any more. */
  async settled(): Promise<void> {
    await this.applying;
  }

  accept(message: PeerMessage, from: Hex): void {
    const [target] = this.targets;
    if (!target || this.applying) return;
    const answer = target.accept(message);
    if (answer === 'ignored') return;
    if (answer === 'bad') this.log(target, `Skipping mismatched ${describeMessage(message, from, target)}`);
    else this.resubmissions = 0;
    if (answer === 'done') this.finish(target);
    else this.ask(answer === 'more' ? from : undefined);
  }

  close(): void {
    this.targets = [];
    this.cancelTimer();
  }

  private ask(preferred?: Hex): void {
    this.cancelTimer();
    const [target] = this.targets;
    if (!target || this.applying) return;
    const peers = this.host.peers();
    const peer = preferred ?? peers[this.turn++ % Math.max(1, peers.length)];
    if (peer !== undefined) for (const request of target.requests()) this.host.send(peer, request);
    // A sixth of a round: on one machine an answer takes milliseconds, and the next stage should find us in step.
    this.cancelTimer = this.host.clock.at(this.host.clock.now() + Math.max(50, this.host.roundTime() / 6), () => this.resubmit());
  }

  private resubmit(): void {
    const [target] = this.targets;
    if (!target) return;
    if (++this.resubmissions <= MAX_RESUBMISSIONS) return this.ask();
    this.targets = [];
    this.log(target, 'All targets abandoned due to resubmission threshold.');
    this.host.ended();
  }

  private finish(target: Target): void {
    this.cancelTimer();
    this.applying = this.putInPlace(target)
      .catch((error: unknown) => {
        this.log(target, `Hash check error. ${target.vpath} (${error instanceof Error ? error.message : String(error)})`, 'err');
        return false;
      })
      .then((achieved) => {
        this.applying = undefined;
        if (achieved) this.achieved(target);
        else this.ask();
      });
  }

  private async putInPlace(target: Target): Promise<boolean> {
    if (target instanceof StateTarget) return target.manifest !== undefined && (await this.host.state.apply(target.manifest));
    if (target instanceof PatchTarget && target.content) await this.host.patchSynced(target.hash, target.content);
    return true;
  }

  private achieved(target: Target): void {
    this.log(target, `Achieved target:${describeTarget(target)}`);
    this.targets = this.targets.filter((t) => t.vpath !== target.vpath || t.hash !== target.hash);
    if (target instanceof LedgerTarget && target.result) this.host.ledgersSynced(target.result);
    if (target instanceof StateTarget) this.host.stateSynced(target.hash);
    if (this.targets.length > 0) this.ask();
    else this.host.ended();
  }

  private log({ mount }: Target, text: string, level: 'inf' | 'err' = 'inf'): void {
    this.host.log(`Hpfs ${mount} sync: ${text}`, level);
  }
}

/** As hpcore has it. */
function describeMessage(message: PeerMessage, from: Hex, { vpath }: Target): string {
  const sender = `response from [${shortHash(from.slice(2))}] for`;
  if (message.type === 'block') return `block ${sender} block_id:${shortHash(message.hash)} (len:${message.content.length}) of ${vpath}`;
  return `${message.type === 'manifest' ? 'fs entries' : 'hashmap'} ${sender} ${vpath}`;
}
