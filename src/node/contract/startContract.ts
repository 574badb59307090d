import { once } from 'node:events';
import { codedLine, errorText, HotPocketError } from '../../base/errors';
import { explainEnding, type Ending } from './ending';
import { explainFailure } from './explainFailure';
import { InputsUnwritten, launchContract, type LaunchedContract, type RefusedLaunch } from './launch';
import { ProcessGroup } from './processGroup';
import type { RunOptions } from './runOptions';
import { reportStartFailure } from './startFailure';
import type { ContractProgram, ContractRun, RunContext, RunResult } from './types';

/**
 * Starts the contract's program for one ledger or one read request (reference 7). It never throws: a program that can't
 * be started counts as a run that did nothing (`notStarted`), unless it is the node's disk that fails it (`diskFailure`).
 */
export function startContract(program: ContractProgram, context: RunContext, options: RunOptions): ContractRun {
  const notStarted = (error: unknown): RunResult => {
    reportStartFailure(explainFailure(error instanceof InputsUnwritten ? error.cause : error, program, options), context.readonly, options.log);
    const diskFailure = error instanceof InputsUnwritten ? new HotPocketError('STATE_IO', { folder: options.tempDir, problem: errorText(error.cause) }, { cause: error }) : undefined;
    return { outputs: [], timedOut: false, notStarted: true, ...(diskFailure && { diskFailure }) };
  };

  let launched: LaunchedContract | RefusedLaunch;
  try {
    launched = launchContract(program, context, options);
  } catch (error) {
    return withoutProcess(Promise.resolve(notStarted(error)));
  }
  if ('refused' in launched) {
    return withoutProcess(launched.refused.then(notStarted));
  }
  return follow(launched, program, context, options);
}

function withoutProcess(done: Promise<RunResult>): ContractRun {
  return { deliverNpl: () => undefined, kill: () => undefined, done };
}

function follow(launched: LaunchedContract, program: ContractProgram, context: RunContext, options: RunOptions): ContractRun {
  const { child, pid, channels, users, output } = launched;
  const { log, events, clock } = options;
  const { execTimeoutMs } = program.limits;
  const group = new ProcessGroup(pid, options.tempDir);
  let alive = true;
  let ended: Ending['ended'];

  const cancelTimeout = execTimeoutMs > 0
    ? clock.at(clock.now() + execTimeoutMs, () => {
      ended = new HotPocketError('CONTRACT_TIMED_OUT', { timeoutMs: execTimeoutMs });
      log.inf(`Contract process timeout of ${execTimeoutMs}ms exceeded.`);
      group.kill();
    })
    : undefined;

  async function finish(): Promise<RunResult> {
    const [exitCode, signal] = await once(child, 'exit') as [number | null, NodeJS.Signals | null];
    alive = false;
    events.exited?.();
    cancelTimeout?.();
    const left = await group.end();
    // Only now, when nobody is left to write, is what is read all there is.
    await Promise.all([users.drain(), output?.drain()]);
    channels?.finish();
    launched.dispose();
    if (signal) log.wrn(`Contract process ${context.readonly ? '(rdonly) ' : ''}ended prematurely. Exit code 0`);
    const reason = explainEnding({ exitCode, signal, ended });
    if (reason) log.wrn(codedLine(reason));
    if (left && !ended) log.wrn(codedLine(left));
    users.report(log);
    return {
      outputs: users.outputs(),
      ...(signal ? { signal } : {}),
      ...(exitCode === null ? {} : { exitCode }),
      timedOut: ended instanceof HotPocketError,
      notStarted: false,
    };
  }

  const done = finish();
  channels?.start(() => (alive ? events.looked?.() : undefined));
  events.started?.(pid, launched.argumentsRead);
  return {
    deliverNpl: (sender, data) => void (alive && channels?.deliver(sender, data)),
    kill: () => {
      if (!alive) return;
      ended ??= 'by us';
      group.kill();
    },
    done,
  };
}
