import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { fullSpec, NODE_MODULES, PROJECT, type RunSpec, type Workplace } from './harness';
import { noteLog } from '../said';
import type { HostReport } from './host';

export interface HostRun extends HostReport {
  readonly stdout: string;
  readonly stderr: string;
}

export interface HostOptions {
  readonly koffi?: boolean;
  /** Only root may say so. */
  readonly uid?: number;
  readonly openFiles?: number;
}

const reportOf = (workplace: Workplace): string => join(workplace.root, 'report.json');

/**
 * Runs contracts one after the other in a bundled program without a node_modules of its own. Users must have no inputs:
 * they would not survive the way through JSON.
 */
export function runInHost(workplace: Workplace, specs: readonly RunSpec[], options: HostOptions = {}): HostRun {
  const { stdout, stderr } = spawnHost(workplace, specs, options);
  const report = JSON.parse(readFileSync(reportOf(workplace), 'utf8')) as HostReport;
  noteLog([stderr, ...report.log].join('\n'));
  return { ...report, stdout, stderr };
}

/** Has the program die of an error while a contract runs. Returns the pid of that contract. */
export function exitHostWhileRunning(workplace: Workplace, spec: RunSpec): number {
  spawnHost(workplace, [spec], {}, 'die');
  return Number(readFileSync(reportOf(workplace), 'utf8'));
}

function spawnHost(workplace: Workplace, specs: readonly RunSpec[], { koffi = true, uid, openFiles = 4096 }: HostOptions, mode = 'run'): { stdout: string; stderr: string } {
  const program = join(workplace.root, 'host.js');
  if (!existsSync(program)) {
    buildSync({ entryPoints: [join(PROJECT, 'test/support/contracts/host.ts')], outfile: program, bundle: true, platform: 'node', target: 'node20', format: 'cjs', external: ['koffi'] });
  }
  const env = { PATH: process.env['PATH'], ...(koffi ? { NODE_PATH: NODE_MODULES } : {}) };
  const command = [process.execPath, program, JSON.stringify(specs.map((spec) => fullSpec(workplace, spec))), reportOf(workplace), mode];
  return spawnSync('/bin/sh', ['-c', 'ulimit -n "$1"; shift; exec "$@"', 'sh', String(openFiles), ...command], {
    env, encoding: 'utf8', timeout: 20_000, ...(uid === undefined ? {} : { uid }),
  });
}
