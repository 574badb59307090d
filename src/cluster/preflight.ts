import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, isAbsolute, resolve } from 'node:path';
import { HotPocketError } from '../base/errors';
import { isStartable } from '../base/programFormat';

/**
 * What is wrong with the contract's program, before it is deployed. Only a warning: the real engine deploys such a contract,
 * and then fails to run it in every round. `folder` is the contract folder, which a relative `binPath` starts from.
 */
export async function checkContractProgram(binPath: string, folder: string): Promise<HotPocketError | undefined> {
  const path = isAbsolute(binPath) ? binPath : resolve(folder, binPath);
  try {
    if (!(await stat(path)).isFile()) return new HotPocketError('CONTRACT_BINARY_NOT_A_FILE', { path: binPath });
  } catch {
    // A node finds Node.js where it is on this machine; /usr/bin/node of the templates is where the real engine has it.
    const found = isAbsolute(binPath) && basename(binPath) === 'node';
    return found ? undefined : new HotPocketError('CONTRACT_BINARY_MISSING', { path: binPath });
  }
  const executable = await access(path, constants.X_OK).then(() => true, () => false);
  if (!executable) return new HotPocketError('CONTRACT_BINARY_NOT_EXECUTABLE', { path: binPath });
  return isStartable(path) ? undefined : new HotPocketError('CONTRACT_BINARY_BAD_FORMAT', { path: binPath });
}
