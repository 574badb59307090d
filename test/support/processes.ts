import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';

/** Processes that have to do with a folder and are alive, as `<pid> <state> <command line>`: those that name it, and those that work in it. */
export async function processesOf(folder: string): Promise<string[]> {
  const text = await new Promise<string>((done) => execFile('ps', ['-eo', 'pid=,stat=,args='], { maxBuffer: 16 << 20 }, (_e, stdout) => done(stdout)));
  return text.split('\n').filter((line) => !/^\s*\d+\s+Z/.test(line) && (line.includes(folder) || workingFolder(Number.parseInt(line, 10)).startsWith(folder)));
}

/** Empty where the system does not tell. */
function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** False if the process was gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
