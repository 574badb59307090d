import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { DisposableList, type Disposable } from '../../base/disposables';
import { codedLine, HotPocketError } from '../../base/errors';
import { nativeSockets, type NativeSockets } from '../../base/native/sockets';
import { openArgs } from './argsInput';
import { contractArgs, type ContractDescriptors } from './argsJson';
import { commandLine } from './commandLine';
import { writeInputFile } from './inputFile';
import { OutputCopies } from './outputCopies';
import { RunChannels } from './runChannels';
import type { RunLog, RunOptions } from './runOptions';
import { UserStreams } from './userStreams';
import type { ContractProgram, RunContext } from './types';

/** A contract process with our ends of all that connects it with the node. */
export interface LaunchedContract extends Disposable {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Absent where the machine has no packet sockets for us. */
  readonly channels: RunChannels | undefined;
  readonly users: UserStreams;
  /** Absent if the contract prints to our own console. */
  readonly output: OutputCopies | undefined;
  /** Whether it has read all of its arguments; absent where that can't be told. */
  readonly argumentsRead: (() => boolean) | undefined;
}

const USER_IN_FD = 3;
const CONTROL_FD = 4;
const NPL_FD = 5;

/** The system refused to start the process; why, it tells a moment later. */
export interface RefusedLaunch {
  readonly refused: Promise<unknown>;
}

/** What the contract is given could not be written down, for the reason in `cause`: that is the node's failure, not the contract's. */
export class InputsUnwritten extends Error {}

function written<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new InputsUnwritten('inputs', { cause: error });
  }
}

/** Starts the process with its descriptors (reference 7.1 to 7.3). When it throws or was refused, nothing stays open. */
export function launchContract(program: ContractProgram, context: RunContext, options: RunOptions): LaunchedContract | RefusedLaunch {
  const ours = new DisposableList();
  const theirs = new DisposableList();
  try {
    const command = commandLine(program, options);
    const native = availableSockets(options.log);
    if (native) sealInherited(native);
    const inputs = written(() => writeInputFile(context.users, options.tempDir));
    theirs.add({ dispose: () => closeSync(inputs.fd) });
    const { nplOutputBytes } = program.limits;
    const channels = native && new RunChannels(native, context.readonly, ours, theirs, options.events, options.log, nplOutputBytes);
    const output = options.output && new OutputCopies(options.output, native, ours, theirs);

    const stdio: StdioOptions = ['ignore', ...(output?.stdio ?? ['inherit', 'inherit'] as const), inputs.fd, channels?.childControlFd ?? 'pipe'];
    if (!context.readonly) stdio.push(channels?.childNplFd ?? 'pipe');
    const fds: ContractDescriptors = {
      userIn: USER_IN_FD,
      control: CONTROL_FD,
      ...(context.readonly ? {} : { npl: NPL_FD }),
      userOut: context.users.map(() => stdio.push('pipe') - 1),
    };
    const args = written(() => openArgs(contractArgs(context, fds, inputs.ranges), native, options.tempDir));
    // Our hold on the pipe, which has no other end any more, tells when it is empty.
    (args.isPipe ? ours : theirs).add({ dispose: () => closeSync(args.fd) });
    stdio[0] = args.fd;

    const child = spawn(command.file, command.args, {
      argv0: command.argv0,
      cwd: options.stateDir,
      env: command.env,
      detached: true,
      stdio,
      ...program.runAs,
    });
    // Missing altogether when the system is out of descriptors.
    const streams = (child.stdio as readonly (Socket | null)[] | undefined) ?? [];
    for (const stream of streams) {
      if (!stream) continue;
      ours.add({ dispose: () => stream.destroy() });
      // A contract may close or not read what it likes.
      stream.on('error', () => undefined);
    }
    if (child.pid === undefined) {
      ours.dispose();
      return { refused: once(child, 'error').then(([error]) => error as unknown) };
    }
    output?.attach(child);
    // What a contract writes to the stand-ins of missing channels is for nobody, and must not block it.
    if (!channels) for (const fd of [CONTROL_FD, ...(context.readonly ? [] : [NPL_FD])]) streams[fd]?.resume();

    const users = new UserStreams(context.users, fds.userOut.map((fd) => streams[fd] as Socket), program.limits.userOutputBytes);
    const argumentsRead = native && args.isPipe ? () => !native.hasData(args.fd) : undefined;
    return { child, pid: child.pid, channels, users, output, argumentsRead, dispose: () => ours.dispose() };
  } catch (error) {
    ours.dispose();
    throw error;
  } finally {
    theirs.dispose();
  }
}

let sealed = false;

/**
 * What the node itself was started with, by a terminal or an editor, is not for contracts. All it opens by itself is
 * closed on exec from the start.
 */
function sealInherited(native: NativeSockets): void {
  if (sealed) return;
  sealed = true;
  for (const name of existsSync('/dev/fd') ? readdirSync('/dev/fd') : []) {
    if (Number(name) > 2) native.closeOnExec(Number(name));
  }
}

let unavailableSaid = false;

function availableSockets(log: RunLog): NativeSockets | undefined {
  try {
    return nativeSockets();
  } catch (error) {
    if (!(error instanceof HotPocketError)) throw error;
    if (!unavailableSaid) log.wrn(codedLine(error));
    unavailableSaid = true;
    return undefined;
  }
}
