import { parseConfig, type ContractPaths, type HpConfig } from '../hotpocket/config';
import { ControlMessageError, parseControlMessage } from './contract/controlMessage';
import type { NodeLog } from './log/nodeLog';
import type { Mesh, MeshOptions } from './mesh/mesh';
import type { NewAnnouncement } from './mesh/messages';
import { readConfigText, saveConfig } from './setup/configFile';

const MAX_SAVED = 100;

/** The `mesh` section of hp.cfg as the mesh wants it (reference 1.3). */
export function meshSettings({ mesh }: HpConfig): Pick<MeshOptions, 'listen' | 'knownPeers' | 'limits' | 'forwarding' | 'discovery'> {
  return {
    listen: mesh.listen,
    knownPeers: mesh.known_peers,
    forwarding: mesh.msg_forwarding,
    discovery: { enabled: mesh.peer_discovery.enabled, intervalMs: mesh.peer_discovery.interval },
    limits: {
      maxBytesPerMsg: mesh.max_bytes_per_msg,
      maxBytesPerMin: mesh.max_bytes_per_min,
      maxDupMsgsPerMin: mesh.max_dup_msgs_per_min,
      maxBadMsgSigsPerMin: mesh.max_bad_msgsigs_per_min,
      maxBadMsgsPerMin: mesh.max_bad_msgs_per_min,
      idleTimeoutMs: mesh.idle_timeout,
      maxConnections: mesh.max_connections,
      maxKnownConnections: mesh.max_known_connections,
      maxInConnectionsPerHost: mesh.max_in_connections_per_host,
    },
  };
}

/** Private modes keep proposals and NPL messages to the UNL; users and inputs are everybody's (reference 3.1, 7.5). */
export function mayHave(message: NewAnnouncement, isMember: boolean, { consensus, npl }: HpConfig['contract']): boolean {
  if (message.type === 'nup' || isMember) return true;
  return (message.type === 'proposal' ? consensus : npl).mode === 'public';
}

/** Does what a contract asks for over its control channel (reference 7.9). */
export function carryOutControl(text: string, mesh: Pick<Mesh, 'changeKnown'>, discovers: boolean, log: Pick<NodeLog, 'wrn' | 'err'>): void {
  try {
    const message = parseControlMessage(text);
    if (!message) return;
    if (discovers) return log.wrn('Not allowed to update peers via control msgs, as peer discovery is enabled.');
    const { add, remove } = message.changePeers();
    mesh.changeKnown(add, remove);
  } catch (error) {
    if (!(error instanceof ControlMessageError)) throw error;
    log.err(error.message);
  }
}

/** What the node knows of others when it stops goes into its hp.cfg, as that is now on disk (reference 1.5). */
export async function saveKnownPeers({ dir, hpCfg }: ContractPaths, known: readonly string[], log: Pick<NodeLog, 'err'>): Promise<void> {
  if (known.length === 0) return;
  try {
    const config = parseConfig(await readConfigText(hpCfg), hpCfg);
    const peers = known.slice(0, MAX_SAVED);
    if (config.mesh.known_peers.join() !== peers.join()) await saveConfig(dir, { ...config, mesh: { ...config.mesh, known_peers: peers } });
  } catch (error) {
    // Whoever edited it while the node ran is told at the next start.
    log.err(`Known peers could not be saved. ${error instanceof Error ? error.message : String(error)}`);
  }
}
