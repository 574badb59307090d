import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HotPocketError, errorText } from '../../base/errors';
import { findNodeJs } from '../../cluster/embedded/nodeJs';
import type { Check, Notes, Surroundings } from '../finding';

const ANSWER_WITHIN_MS = 10_000;

/** The Node.js that would run supervisor and nodes, and whether it can load their native module. */
export const runtime: Check = {
  title: (l10n) => l10n.t('Node.js'),
  async run({ engine, env, l10n, programs, signal }, notes) {
    if (engine.kind === 'docker') return notes.fact(l10n.t('The engine docker needs no Node.js: nodes run in containers.'));
    if (process.platform === 'win32') throw new HotPocketError('PLATFORM_UNSUPPORTED', { platform: 'Windows' });
    const nodeJs = await findNodeJs(env);
    const version = await ask(nodeJs, 'process.version', programs, signal);
    notes.fact(l10n.t('{0}: version {1}, for {2}', nodeJs, version, `${process.platform} ${process.arch}`));
    await nativeChannels(nodeJs, { programs, signal }, notes);
  },
};

/** NPL and control messages go through a native module, which has to be there for this machine. */
async function nativeChannels(nodeJs: string, { programs, signal }: Pick<Surroundings, 'programs' | 'signal'>, notes: Notes): Promise<void> {
  try {
    await ask(nodeJs, "typeof require('koffi')", programs, signal);
  } catch (error) {
    signal.throwIfAborted();
    const problem = errorText(error).split('\n').find((line) => line.includes('Error')) ?? 'koffi cannot be loaded.';
    notes.found('warning', new HotPocketError('NATIVE_CHANNELS_UNAVAILABLE', { problem }));
  }
}

/** What a Node.js makes of an expression. */
async function ask(nodeJs: string, expression: string, cwd: string, signal: AbortSignal): Promise<string> {
  const env = { PATH: process.env.PATH, ...(process.versions.electron && { ELECTRON_RUN_AS_NODE: '1' }) };
  const { stdout } = await promisify(execFile)(nodeJs, ['-p', expression], { cwd, env, signal, timeout: ANSWER_WITHIN_MS });
  return stdout.trim();
}
