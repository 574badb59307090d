import type Docker from 'dockerode';
import { MOUNT, STAGING } from './names';
import { script } from './work';

// Scripts that run in the volume. `$1` is the staging folder, the rest are the nodes' numbers. What a node gets is made ready in its folder
// `deploying`, beside what it replaces.
const BEGIN = `
set -e
cd ${MOUNT}
stage=$1
shift
`;

/**
 * With REPLACE what hpdevkit's sync does (reference 9.5): ledgers and state are deleted, the bundle becomes the state. Everything that can fail for want of
 * room is done before anything is deleted; then only names are changed.
 */
const PREPARE = `
for n; do
  new=node$n/deploying
  rm -rf "$new"
  mkdir -p "$new/contract_fs/seed" "$new/ledger_fs"
  cp -a "$stage/state" "$new/contract_fs/seed/state"
  if [ -d "$stage/disparate/$n" ]; then cp -a "$stage/disparate/$n/." "$new/contract_fs/seed/"; fi
  cp "$stage/stamp.json" "$new/contract_fs/hotpocket_studio.json"
  chmod 755 "$new/contract_fs" "$new/contract_fs/seed" "$new/ledger_fs"
  cp -p "$stage/hp.cfg.$n" "$new/hp.cfg"
done
: > "$stage/decided"
`;

/** Can be begun again at any point. */
const REPLACE = `
for n; do
  new=node$n/deploying
  for fs in contract_fs ledger_fs; do
    if [ -d "$new/$fs" ]; then rm -rf "node$n/$fs"; mv "$new/$fs" "node$n/$fs"; fi
  done
  if [ -f "$new/hp.cfg" ]; then mv "$new/hp.cfg" "node$n/cfg/hp.cfg"; fi
  rm -rf "$new"
done
rm -rf "$stage"
`;

const DISCARD = `
rm -rf "$stage"
for n; do rm -rf "node$n/deploying"; done
`;

/** Replaces contract and ledgers by what was uploaded, on nodes that do not run. */
export async function replaceContract(docker: Docker, image: string, nodes: readonly number[]): Promise<void> {
  await run(docker, image, 'Replacing the contract', `${BEGIN}${PREPARE}${REPLACE}`, nodes);
}

export async function discardUpload(docker: Docker, image: string, nodes: readonly number[]): Promise<void> {
  await run(docker, image, 'Removing an upload', `${BEGIN}${DISCARD}`, nodes);
}

/** What somebody left who was interrupted is finished if all was decided, else thrown away. */
export async function recoverDeployment(docker: Docker, image: string, nodes: readonly number[]): Promise<void> {
  await run(docker, image, 'Finishing an interrupted deployment', `${BEGIN}if [ -f "$stage/decided" ]; then\n${REPLACE}else\n${DISCARD}fi\n`, nodes);
}

/** Removes a node's folder. */
export async function removeNodeFolder(docker: Docker, image: string, node: number): Promise<void> {
  await script(docker, image, `Removing the folder of node ${node}`, 'rm -rf "$1"', [`${MOUNT}/node${node}`]);
}

async function run(docker: Docker, image: string, what: string, text: string, nodes: readonly number[]): Promise<void> {
  await script(docker, image, what, text, [STAGING, ...nodes.map(String)]);
}
