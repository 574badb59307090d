import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../../src/base/clock';
import { startContract } from '../../../src/node/contract/startContract';
import type { RunOptions } from '../../../src/node/contract/runOptions';
import type { ContractProgram, ContractRun, RunContext, RunEvents, RunResult, RunUser } from '../../../src/node/contract/types';
import { noteLine } from '../said';

export const PROJECT = resolve(__dirname, '../../..');
export const NODE_MODULES = join(PROJECT, 'node_modules');
export const PYTHON = ['/usr/bin/python3', '/usr/local/bin/python3', '/opt/homebrew/bin/python3'].find(existsSync) ?? '';

export const key = (i: number): string => `ed${i.toString(16).padStart(64, '0')}`;
export const user = (i: number, ...inputs: (string | Uint8Array)[]): RunUser => ({ pubkey: key(i), inputs: inputs.map((input) => Buffer.from(input)) });

export interface RunSpec {
  readonly program?: Omit<Partial<ContractProgram>, 'limits'> & { readonly limits?: Partial<ContractProgram['limits']> };
  readonly context?: Partial<RunContext>;
  readonly options?: Partial<Pick<RunOptions, 'nodeExecutable' | 'recipe' | 'tempDir'>>;
}

const NO_LIMITS = { execTimeoutMs: 8000, userOutputBytes: 0, nplOutputBytes: 0 };

/** The three arguments of startContract but for what can't be written as JSON. */
export function fullSpec(folder: Workplace, spec: RunSpec): [ContractProgram, RunContext, Omit<RunOptions, 'log' | 'events' | 'clock'>] {
  const readonly = spec.context?.readonly ?? false;
  return [
    { binPath: process.execPath, binArgs: '', environment: { NODE_PATH: NODE_MODULES }, ...spec.program, limits: { ...NO_LIMITS, ...spec.program?.limits } },
    {
      contractId: '3c349abe-4d70-4f50-9fa6-018f1f2530ab', publicKey: key(1), privateKey: `ed${'5'.repeat(128)}`, readonly, timestamp: readonly ? 0 : 1_700_000_002_000,
      ...(readonly ? {} : { ledger: { seqNo: 12, hash: 'a'.repeat(64) } }),
      users: [], unl: [{ pubkey: key(1), activeOn: 1_700_000_001_512 }, { pubkey: key(2), activeOn: 0 }],
      ...spec.context,
    },
    { stateDir: folder.stateDir, tempDir: folder.tempDir, nodeExecutable: process.execPath, ...spec.options },
  ];
}

/** A folder for runs, with all in its path that paths may have. */
export class Workplace {
  readonly root = mkdtempSync(join(tmpdir(), 'hotpocket kontrakt é '));
  readonly stateDir = join(this.root, 'state');
  readonly tempDir = join(this.root, 'tmp');
  readonly log: string[] = [];

  constructor() {
    mkdirSync(this.stateDir);
    mkdirSync(this.tempDir);
  }

  /** Puts a contract of this folder into the state. Returns its name, for bin_args. */
  use(name: string): string {
    copyFileSync(join(__dirname, name), join(this.stateDir, name));
    return name;
  }

  /** Writes a program into the state. Returns its name, for bin_path. */
  write(name: string, content: string | Uint8Array, mode = 0o755): string {
    writeFileSync(join(this.stateDir, name), content, { mode });
    return name;
  }

  start(spec: RunSpec, events: RunEvents = {}): ContractRun {
    const [program, context, options] = fullSpec(this, spec);
    const say = (level: string) => (message: string) => {
      this.log.push(`${level} ${message}`);
      noteLine(`${level} ${message}`);
    };
    return startContract(program, context, { ...options, clock: systemClock, events, log: { inf: say('inf'), wrn: say('wrn'), err: say('err') } });
  }

  run(spec: RunSpec, events?: RunEvents): Promise<RunResult> {
    return this.start(spec, events).done;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** All that was sent to one user, as text. */
export const sentTo = (result: RunResult, pubkey: string): string[] => result.outputs.find((o) => o.pubkey === pubkey)?.messages.map((m) => Buffer.from(m).toString()) ?? [];

/** Whether a process lives, zombies not counted. */
export function lives(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}
