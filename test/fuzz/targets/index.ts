import type { FuzzTarget } from '../target';
import { bundle } from './bundle';
import { clients } from './client';
import { hpCfg, override, patchCfg } from './config';
import { contract } from './contract';
import { files } from './files';
import { live } from './live';
import { logs } from './logs';
import { peerPort } from './peerPort';
import { userPort } from './userPort';

export const targets: readonly FuzzTarget[] = [hpCfg, patchCfg, override, ...userPort, ...peerPort, ...contract, ...clients, ...logs, ...files, ...bundle, ...live];

/** How many messages each of them gets, of so many in all. */
export function targetsOf(messages: number, names?: readonly string[]): { readonly target: FuzzTarget; readonly messages: number }[] {
  const unknown = names?.find((name) => !targets.some((one) => one.name === name));
  if (unknown !== undefined) throw new Error(`'${unknown}' is no target: ${targets.map(({ name }) => name).join(', ')}.`);
  const chosen = targets.filter(({ name }) => names?.includes(name) ?? true);
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  return chosen.map((target) => ({ target, messages: Math.round((messages * target.share) / shares) }));
}
