import { makeGrid, stageAt } from '../../hotpocket/grid';
import { votesNeeded } from '../../hotpocket/thresholds';
import type { ClusterStatus, NodeState, NodeStatusInfo } from '../engine';
import { CLUSTER_NAME } from '../paths';
import type { DockerCluster, DockerNode } from './cluster';
import { nodeDir, VOLUME } from './names';
import { nodeLogCommand } from './nodes';
import type { NodeConfigView } from './nodeConfigView';
import { NO_FACTS, type NodeFacts } from './watch/facts';

/** hpcore ends with the number of the signal; 143 is for one that did not get to handle it (reference 1.1). */
const ASKED_TO_STOP = [0, 2, 15, 130, 143];
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 60_000;

export type FactsOfNode = (node: DockerNode) => NodeFacts | undefined;

export function describeCluster(cluster: DockerCluster, factsOf: FactsOfNode, host: string): ClusterStatus {
  const nodes = cluster.nodes.map((node) => describeNode(node, cluster, factsOf, host));
  const facts = cluster.nodes.map((node) => factsOf(node));
  const { contract } = (cluster.nodes[0] as DockerNode).config;
  const unl = currentUnl(cluster, facts);
  const needed = votesNeeded(contract.consensus.threshold, unl.length);
  return {
    name: CLUSTER_NAME,
    engine: 'docker',
    home: `Docker volume ${VOLUME}`,
    contractId: contract.id,
    ...(cluster.stamp && { contractPath: cluster.stamp.contractPath }),
    program: { binPath: contract.bin_path, binArgs: contract.bin_args },
    roundTime: facts.find((one) => one?.roundTime !== undefined)?.roundTime ?? contract.consensus.roundtime,
    rounds: 'grid',
    execTimeout: contract.round_limits.exec_timeout,
    clockBehind: 0,
    quorum: { needed, of: unl.length, tolerates: unl.length - needed },
    nodes,
  };
}

export function describeNode(node: DockerNode, cluster: DockerCluster, factsOf: FactsOfNode, host: string): NodeStatusInfo {
  const { config } = node;
  const facts = factsOf(node);
  const { voteStatus, votes, fork, ledger, peers, weaklyConnected } = facts ?? NO_FACTS;
  const unl = currentUnl(cluster, cluster.nodes.map((one) => factsOf(one)));
  return {
    node: node.node,
    state: nodeState(node, facts),
    publicKey: config.node.public_key,
    role: config.node.role,
    host,
    userPort: config.user.port,
    peerPort: config.mesh.port,
    inUnl: unl.includes(config.node.public_key),
    voteStatus,
    ...(votes && { votes: votesOf(votes, config, facts?.roundTime) }),
    fork,
    ...(ledger && { ledger: { seqNo: ledger.seqNo, hash: ledger.hash } }),
    ...(peers && { peers }),
    ...(facts?.observer !== undefined && { observer: facts.observer }),
    weaklyConnected,
    debugged: node.debugged,
    logFile: nodeLogCommand(node.node),
    stateDir: `${nodeDir(node.node)}/contract_fs/seed/state`,
  };
}

/**
 * The log does not name the stage, but a node tells of missing votes at the start of the stage (reference 2.3, 3.3), and the grid says which that was. What
 * it says in stage 0 is about closing the ledger, with votes of the round's last stage.
 */
function votesOf({ received, needed, at }: NonNullable<NodeFacts['votes']>, { contract: { id, consensus } }: NodeConfigView, roundTime = consensus.roundtime): NonNullable<NodeStatusInfo['votes']> {
  return { received, needed, ...(roundTime > 0 && { stage: stageAt(makeGrid(id, { roundTime, stageSlice: consensus.stage_slice }), at) || 3 }) };
}

function currentUnl(cluster: DockerCluster, facts: readonly (NodeFacts | undefined)[]): readonly string[] {
  return facts.find((one) => one?.unl !== undefined)?.unl ?? (cluster.nodes[0] as DockerNode).config.contract.unl;
}

/** A node's state by its container's. */
function nodeState({ container }: DockerNode, facts: NodeFacts | undefined): NodeState {
  if (!container) return { kind: 'crashed', exit: 'its container was removed' };
  const { Status, Pid, ExitCode, FinishedAt, Error: problem } = container.State;
  switch (Status) {
    case 'created': return problem === '' ? { kind: 'stopped' } : { kind: 'crashed', exit: problem };
    case 'paused': return { kind: 'paused', pid: Pid };
    case 'running': return { kind: facts && !facts.listening ? 'starting' : 'running', pid: Pid };
    case 'restarting': return { kind: 'crashed', exit: exitText(ExitCode), retryAt: Date.parse(FinishedAt) + backoff(container.RestartCount) };
    default: return ASKED_TO_STOP.includes(ExitCode) && problem === '' ? { kind: 'stopped' } : { kind: 'crashed', exit: problem || exitText(ExitCode) };
  }
}

export const exitText = (code: number): string => (code === 137 ? 'exit code 137, killed' : `exit code ${code}`);

/** Docker doubles the pause before each restart. */
const backoff = (restarts: number): number => Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, restarts - 1));
