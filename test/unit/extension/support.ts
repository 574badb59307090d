import { Emitter } from '../../../src/base/disposables';
import type { ClusterChange, ClusterEngine, ClusterStatus, NodeState, NodeStatusInfo } from '../../../src/cluster/engine';
import type { L10n } from '../../../src/extension/model/words';

/** Texts as they are written, as VS Code gives them where there is no translation. */
export const l10n: L10n = { t: (message, ...args) => message.replace(/\{(\d+)\}/g, (_, i: string) => String(args[Number(i)])) };

export const running: NodeState = { kind: 'running', pid: 100 };
export const stopped: NodeState = { kind: 'stopped' };
export const interrupted: NodeState = { kind: 'stopped', interrupted: true };

/** A synced node that stands on ledger 258, except as told. */
export function node(number: number, changes: Partial<NodeStatusInfo> = {}): NodeStatusInfo {
  return {
    node: number,
    state: running,
    publicKey: `ed${number}${number}`,
    role: 'validator',
    userPort: 8080 + number,
    peerPort: 22860 + number,
    inUnl: true,
    voteStatus: 'synced',
    votes: { received: 3, needed: 3 },
    fork: false,
    ledger: { seqNo: 258, hash: 'abcdef0123456789' },
    peers: [],
    users: [],
    weaklyConnected: false,
    debugged: false,
    logFile: `/home/node${number}/log`,
    stateDir: `/home/node${number}/state`,
    ...changes,
  };
}

export function cluster(nodes: readonly NodeStatusInfo[], needed = nodes.length): ClusterStatus {
  return {
    name: 'default',
    engine: 'embedded',
    home: '/home',
    contractId: 'c0ffee',
    contractPath: '/my cöntract',
    program: { binPath: '/usr/bin/node', binArgs: 'index.js' },
    roundTime: 2000,
    rounds: 'grid',
    clockBehind: 0,
    quorum: { needed, of: nodes.length, tolerates: nodes.length - needed },
    nodes,
  };
}

/**
 * A stand-in for an engine, for the model alone: a real one can be made to answer late or fail at a chosen moment only by
 * luck. It answers with what it was given.
 */
export class FakeEngine implements ClusterEngine {
  readonly kind = 'embedded';
  readonly capabilities = { stopsClock: true, eagerRounds: true, localFiles: true, profiling: true, faults: true };
  readonly changes = new Emitter<ClusterChange>();
  asked = 0;

  constructor(public answer: () => Promise<ClusterStatus | undefined>) {}

  status(): Promise<ClusterStatus | undefined> {
    this.asked++;
    return this.answer();
  }
  readonly onDidChange = (listener: (change: ClusterChange) => void) => this.changes.on(listener);
  readonly deploy = unused;
  readonly start = unused;
  readonly stop = unused;
  readonly spawn = unused;
  readonly setRounds = unused;
  readonly setFaults = unused;
  readonly clean = unused;
  readonly logs = unused;
  readonly debug = unused;
  readonly roundProfiles: ClusterEngine['roundProfiles'] = unused;
  readonly ledgers: ClusterEngine['ledgers'] = () => Promise.resolve([]);
  readonly stateFiles = (): never => {
    throw new Error('a model only looks');
  };
  dispose(): void {}
}

function unused(): Promise<never> {
  return Promise.reject(new Error('a model only looks'));
}
