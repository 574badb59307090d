import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { HotPocketError } from '../../base/errors';
import { allSettled } from '../allSettled';
import { hasStatus } from './daemon/failures';
import type { DockerContext } from './context';
import { isOfCluster, LOCK, NETWORK, OWN_LABEL, VOLUME } from './names';

/** Who begins to look at a state while the cluster is removed is soon done, or removed as well. */
const FREE_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

/**
 * Removes the cluster's containers, volume and network, as far as they are there, and says what it removed (reference 9.7). Throws
 * DOCKER_VOLUME_IN_USE before anything is removed if somebody else uses the volume or the network.
 */
export async function destroy({ docker }: DockerContext): Promise<string[]> {
  const deleted: string[] = [];
  for (const began = Date.now(); ; await sleep(LOOK_EVERY_MS)) {
    deleted.push(...(await removeContainers(docker)));
    try {
      if (await gone(docker.getVolume(VOLUME).remove())) deleted.push(`volume ${VOLUME}`);
      break;
    } catch (error) {
      // Somebody looks at a state. As that takes the volume of a node that is there, it is the last one.
      if (!hasStatus(error, 409) || Date.now() > began + FREE_WITHIN_MS) throw error;
    }
  }
  if (await gone(docker.getNetwork(NETWORK).remove())) deleted.push(`network ${NETWORK}`);
  return deleted;
}

/** All of the cluster's, and our own that are at work in it, which are not told. */
async function removeContainers(docker: Docker): Promise<string[]> {
  const containers = await usersOfCluster(docker);
  const foreign = containers.filter(({ name, own }) => !own && !isOfCluster(name)).map(({ name }) => name);
  if (foreign.length > 0) throw new HotPocketError('DOCKER_VOLUME_IN_USE', { volume: VOLUME, network: NETWORK, by: foreign.join(', ') });
  // hpdevkit waits 10 s for its management container, which ignores SIGTERM. All data goes anyway.
  await allSettled(containers.map(({ id }) => gone(docker.getContainer(id).remove({ force: true, v: true }))));
  return containers.filter(({ own }) => !own).map(({ name }) => `container ${name}`);
}

/** An image of which a lock can be made, if there is anything of a cluster that was never finished, or half removed; else undefined. */
export async function leftovers({ docker }: DockerContext): Promise<{ readonly image: string | undefined } | undefined> {
  const all = await docker.listContainers({ all: true });
  const container = all.find(({ Names }) => Names.some((name) => name === `/${LOCK}` || isOfCluster(name)));
  if (container) return { image: container.Image };
  const there = await Promise.all([exists(docker.getVolume(VOLUME).inspect()), exists(docker.getNetwork(NETWORK).inspect())]);
  return there.includes(true) ? { image: undefined } : undefined;
}

export const exists = (inspection: Promise<unknown>): Promise<boolean> => inspection.then(() => true, (error: unknown) => {
  if (hasStatus(error, 404)) return false;
  throw error;
});

/** All containers that bear a name of the cluster, or have its volume or network. */
async function usersOfCluster(docker: Docker): Promise<{ readonly id: string; readonly name: string; readonly own: boolean }[]> {
  const all = await docker.listContainers({ all: true });
  return all.flatMap(({ Id, Names, Mounts, NetworkSettings, Labels }) => {
    const name = (Names[0] ?? Id).replace(/^\//, '');
    const uses = Mounts.some((mount) => mount.Name === VOLUME) || NETWORK in (NetworkSettings?.Networks ?? {});
    return uses || isOfCluster(name) ? [{ id: Id, name, own: Labels[OWN_LABEL] === 'work' }] : [];
  });
}

/** False if it was gone already, or is being removed by somebody else. */
async function gone(removal: Promise<unknown>): Promise<boolean> {
  try {
    await removal;
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    if (hasStatus(error, 409) && /already in progress/.test(String(error))) return false;
    throw error;
  }
}
