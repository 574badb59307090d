import { readdirSync } from 'node:fs';
import { processStat } from './processStat';

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
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((name) => {
    const [state, , group] = (/^\d+$/.test(name) && processStat(name)) || [];
    return Number(group) === leader && state !== 'Z' && state !== 'X';
  });
}
