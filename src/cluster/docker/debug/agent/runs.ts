import { readdirSync, readFileSync, rmSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { RunKind } from '../../../../base/debugLink';
import { FILES, FOLDER } from './folder';

const RUNS = join(FOLDER, FILES.runs);

/** What the contract was told of its run (reference 7.2). */
export interface RunArguments {
  readonly kind: RunKind;
  readonly ledgerSeqNo?: number;
  readonly inputs: number;
}

/** Processes that have begun and still need the debugger's files. */
export function beginning(): number[] {
  return names().map(Number).filter((pid) => pid > 0);
}

/** Calls back for each process that is about to wait for its debugger, once. */
export function watchRuns(onReady: (pid: number) => void): FSWatcher {
  const look = (): void => {
    for (const name of names().filter((one) => one.endsWith('.ready'))) {
      rmSync(join(RUNS, name), { force: true });
      onReady(parseInt(name, 10));
    }
  };
  const watcher = watch(RUNS, look);
  look();
  return watcher;
}

/** The process has them as its stdin already. The node's private key is among them, so they are not left where they are. */
export function takeArguments(pid: number): RunArguments {
  const path = join(RUNS, `${pid}.args`);
  try {
    const { readonly = false, mode, lcl_seq_no, users = {} } = JSON.parse(readFileSync(path, 'utf8')) as { readonly?: boolean; mode?: string; lcl_seq_no?: number; users?: Readonly<Record<string, readonly unknown[]>> };
    const inputs = Object.values(users).reduce((sum, [, ...inputsOfUser]) => sum + inputsOfUser.length, 0);
    return { kind: readonly || mode === 'read_req' ? 'read' : 'consensus', inputs, ...(lcl_seq_no !== undefined && { ledgerSeqNo: Number(lcl_seq_no) }) };
  } catch {
    return { kind: 'consensus', inputs: 0 };
  } finally {
    rmSync(path, { force: true });
  }
}

function names(): string[] {
  try {
    return readdirSync(RUNS);
  } catch {
    return [];
  }
}
