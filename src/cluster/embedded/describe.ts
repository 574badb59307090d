import type { ClockSetting } from '../../base/debugLink';
import type { ClusterFaults } from '../../base/faults';
import type { LastingFact, NodeFact } from '../../base/nodeLink';
import { votesNeeded } from '../../hotpocket/thresholds';
import type { ClusterStatus, NodeState, NodeStatusInfo, PauseInfo } from '../engine';
import type { ClusterPaths } from '../paths';
import type { ClusterRecord, NodeRecord } from './clusterFile';
import { configuredRole } from './nodeConfig';

/** The newest fact of each kind that a running node has told. */
export type LatestFacts = { readonly [T in LastingFact]?: Extract<NodeFact, { type: T }> };

/** Configuration under consensus, as far as it shows in a status. */
export interface ConsensusTerms {
  readonly roundTime: number;
  readonly threshold: number;
  readonly unl: readonly string[];
  readonly binPath: string;
  readonly binArgs: string;
}

/** What is known beside the nodes' own words. */
export interface ClockState {
  readonly setting: ClockSetting;
  readonly pause: PauseInfo | undefined;
}

export function describeNode(paths: ClusterPaths, record: NodeRecord, unl: readonly string[], current: NodeState, facts: LatestFacts, debugged = false): NodeStatusInfo {
  const { vote, ledger } = facts;
  const { consoleLog, state } = paths.node(record.node);
  return {
    node: record.node,
    state: current,
    publicKey: record.publicKey,
    // hp.cfg may have been changed since the node was created.
    role: facts.ready?.role ?? configuredRole(paths, record.node) ?? record.role,
    userPort: record.userPort,
    peerPort: record.peerPort,
    inUnl: (facts.config?.unl ?? unl).includes(record.publicKey),
    voteStatus: vote?.status ?? 'unknown',
    ...(vote && { votes: { received: vote.votes, needed: vote.needed, stage: vote.stage } }),
    fork: vote?.fork ?? false,
    ...(ledger && { ledger: { seqNo: ledger.seqNo, hash: ledger.hash } }),
    peers: facts.peers?.peers ?? [],
    users: facts.users?.users ?? [],
    weaklyConnected: facts.peers?.weaklyConnected ?? false,
    debugged,
    logFile: consoleLog,
    stateDir: state,
  };
}

export function describeCluster(paths: ClusterPaths, record: ClusterRecord, terms: ConsensusTerms, nodes: readonly NodeStatusInfo[], clock: ClockState = { setting: { behind: 0 }, pause: undefined }, faults?: ClusterFaults): ClusterStatus {
  const of = terms.unl.length;
  const needed = votesNeeded(terms.threshold, of);
  return {
    name: record.name,
    engine: 'embedded',
    home: paths.home,
    contractId: record.contractId,
    ...(record.contractPath !== undefined && { contractPath: record.contractPath }),
    program: { binPath: terms.binPath, binArgs: terms.binArgs },
    roundTime: terms.roundTime,
    rounds: record.rounds ?? 'grid',
    clockBehind: clock.setting.behind,
    ...(clock.pause && { pause: clock.pause }),
    ...(faults && { faults }),
    quorum: { needed, of, tolerates: of - needed },
    nodes,
  };
}
