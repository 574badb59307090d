import { readdirSync } from 'node:fs';
import { processStat } from '../../base/processStat';

/** SIGKILL to all processes of a group. False if there is none left. */
export function killGroup(leader: number): boolean {
  try {
    return process.kill(-leader, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Whether some process of the group is not dead. Where nobody collects the orphans, as in many containers, dead ones stay in their group for ever. */
export function hasLiving(leader: number): boolean {
  return process.platform !== 'linux' || livingOf(leader).length > 0;
}

/** The processes of a group that are not dead (Linux). */
export function livingOf(leader: number): string[] {
  return readdirSync('/proc').filter((name) => {
    const [state, , group] = (/^\d+$/.test(name) && processStat(name)) || [];
    return Number(group) === leader && state !== 'Z' && state !== 'X';
  });
}
