// What was measured, and on what.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function git(...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** The name a Linux distribution has for itself; empty elsewhere. */
function distribution() {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

export function describeMachine() {
  const [cpu] = cpus();
  const commit = git('rev-parse', '--short=10', 'HEAD');
  return {
    cpu: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: [distribution(), type(), release()].filter(Boolean).join(' '),
    node: process.version,
    studio: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    ...(commit && { commit: git('status', '--porcelain', '--untracked-files=no') ? `${commit} and changes` : commit }),
    // On Linux over the last minute, in processes that run or want to.
    load: Number(loadavg()[0]?.toFixed(1)),
  };
}

export const machineText = ({ cpu, memory, system, node, studio, commit }) =>
  `${cpu}, ${memory}; ${system}; Node.js ${node}; HotPocket Studio ${studio}${commit ? ` (${commit})` : ''}`;
