import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import { promisify } from 'node:util';
import { HotPocketError } from '../../base/errors';
import { commandOf } from '../../base/programFormat';
import { findPrograms } from '../../base/programs';
import { checkContractProgram } from '../../cluster/preflight';
import { configWith, soundBundle } from '../contract';
import type { Check, Notes, Surroundings } from '../finding';

/** Programs that run a file which their arguments name. */
const RUNTIME = /^(node(js)?|python|ruby|php|perl|deno|bun|java)[\d.]*(\.exe)?$/;
const ANSWER_WITHIN_MS = 10_000;

/** What hp.cfg's bin_path and bin_args name: whether nodes can start it. */
export const program: Check = {
  title: (l10n) => l10n.t('Contract program'),
  async run(surroundings, notes) {
    const { engine, env, l10n } = surroundings;
    const bundle = await soundBundle(surroundings);
    const config = bundle && (await configWith(bundle, surroundings).catch(() => undefined));
    if (!config) return;
    const { bin_path: binPath, bin_args: binArgs, execute } = config.contract;
    if (!execute) return notes.fact(l10n.t('None runs: contract.execute is false.'));
    if (engine.kind === 'docker' && isAbsolute(binPath)) notes.fact(l10n.t('{0}, which is a program of the image', binPath));
    else {
      const problem = (await checkContractProgram(binPath, bundle.root)) ?? (await interpreterProblem(binPath, bundle.root, engine.kind, env));
      if (problem) throw problem;
      notes.fact(await programText(binPath, surroundings));
    }
    entryNotes(binPath, binArgs, bundle.root, notes);
  },
};

/** With its version, if it is one that a terminal would start: any other might be anybody's. */
async function programText(binPath: string, { env, l10n, signal }: Surroundings): Promise<string> {
  if (!isAbsolute(binPath)) return binPath;
  if (!existsSync(binPath)) return l10n.t('{0} does not exist here; nodes use their own Node.js in its place', binPath);
  const known = (await findPrograms(basename(binPath), env.PATH)).map((path) => realpathSync(path));
  if (!RUNTIME.test(basename(binPath)) || !known.includes(realpathSync(binPath))) return binPath;
  const version = await promisify(execFile)(binPath, ['--version'], { signal, timeout: ANSWER_WITHIN_MS }).then(({ stdout }) => stdout.trim(), () => '');
  return version === '' ? binPath : l10n.t('{0}: {1}', binPath, version);
}

/** Of a script. What is in the image of docker is not known. */
async function interpreterProblem(binPath: string, root: string, engine: Surroundings['engine']['kind'], env: NodeJS.ProcessEnv): Promise<HotPocketError | undefined> {
  const path = resolve(root, binPath);
  const [interpreter, argument] = (engine === 'embedded' && existsSync(path) && commandOf(path)) || [];
  if (interpreter === undefined) return undefined;
  if (!existsSync(interpreter)) return new HotPocketError('CONTRACT_INTERPRETER_MISSING', { path: binPath, interpreter: JSON.stringify(interpreter) });
  if (basename(interpreter) !== 'env' || argument === undefined || argument.startsWith('-') || argument.includes('=')) return undefined;
  return (await findPrograms(argument, env.PATH)).length > 0 ? undefined : new HotPocketError('CONTRACT_INTERPRETER_MISSING', { path: binPath, interpreter: argument });
}

/** Programs that run a file of the contract: the first argument that looks like one. */
function entryNotes(binPath: string, binArgs: string, root: string, notes: Notes): void {
  if (!RUNTIME.test(basename(binPath))) return;
  const file = binArgs.split(' ').find((argument) => /^[^-].*\.[A-Za-z]{1,4}$/.test(argument));
  if (file !== undefined && !existsSync(resolve(root, file))) notes.found('problem', new HotPocketError('CONTRACT_ENTRY_MISSING', { file, folder: root }));
}
