import { dirname, sep } from 'node:path';
import { HotPocketError } from '../../base/errors';
import { programPlatform, type ProgramPlatform } from '../../base/programPlatform';
import type { BundleEntry } from '../../cluster/bundle';
import { soundBundle } from '../contract';
import type { Check, Notes, Surroundings } from '../finding';

const LIBRARY = /\.(node|dylib|dll|so(\.\d+)*)$/;
const SCRIPT = 'post_exec.sh';
const OTHERS_CAN = 0o111;

/** Programs, libraries and scripts in the contract folder that nodes could not load or run. */
export const nativeFiles: Check = {
  title: (l10n) => l10n.t('Native files'),
  async run(surroundings, notes) {
    const { l10n, signal } = surroundings;
    const bundle = await soundBundle(surroundings);
    if (!bundle) return;
    signal.throwIfAborted();
    const entries = [bundle.state, ...bundle.disparate.values()].flat();
    const script = entries.find(({ path }) => path === SCRIPT);
    if (script?.content.kind === 'file' && (script.content.mode & OTHERS_CAN) === 0) notes.found('problem', new HotPocketError('CONTRACT_SCRIPT_NOT_EXECUTABLE', { path: SCRIPT }));
    const natives = entries.filter(isCandidate).flatMap(({ path, source }) => {
      const built = programPlatform(source);
      return built ? [{ path, built }] : [];
    });
    const wanted = await target(surroundings);
    notes.fact(natives.length === 0 ? l10n.t('There are none.') : l10n.t('{0} programs and libraries, nodes run on {1}', natives.length, textOf(wanted)));
    for (const native of natives) otherPlatform(native, natives, wanted, notes);
  },
};

interface Native {
  readonly path: string;
  readonly built: ProgramPlatform;
}

const isCandidate = ({ path, content }: BundleEntry): boolean => content.kind === 'file' && (LIBRARY.test(path) || (content.mode & OTHERS_CAN) !== 0);

function otherPlatform({ path, built }: Native, all: readonly Native[], wanted: ProgramPlatform, notes: Notes): void {
  // Libraries that come built for many machines have one for this one as well.
  if (runsOn(built, wanted) || all.some((other) => packageOf(other.path) === packageOf(path) && runsOn(other.built, wanted))) return;
  notes.found('problem', new HotPocketError('CONTRACT_FILE_OTHER_PLATFORM', { file: path, built: textOf(built), wanted: textOf(wanted) }));
}

/** The library that a file belongs to: its folder in the innermost node_modules, else that of the file itself. */
function packageOf(path: string): string {
  const parts = path.split(sep);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return dirname(path);
  return parts.slice(0, at + (parts[at + 1]?.startsWith('@') ? 3 : 2)).join(sep);
}

const runsOn = (built: ProgramPlatform, wanted: ProgramPlatform): boolean => built.platform === wanted.platform && (built.arch === wanted.arch || built.arch === 'universal');

const textOf = ({ platform, arch }: ProgramPlatform): string => `${platform} ${arch}`;

/** Docker's words for machines. */
const ARCHITECTURES: Readonly<Record<string, string>> = { amd64: 'x64', '386': 'ia32' };

/** Where nodes run. A daemon that does not answer is taken for one of the image's usual machine. */
async function target({ engine, env, signal }: Surroundings): Promise<ProgramPlatform> {
  if (engine.kind === 'embedded') return { platform: process.platform as ProgramPlatform['platform'], arch: process.arch };
  const { examineDaemon } = await import('../../cluster/docker/engine');
  const [, arch = 'amd64'] = (await examineDaemon(env, signal).catch(() => undefined))?.platform.split('/') ?? [];
  return { platform: 'linux', arch: ARCHITECTURES[arch] ?? arch };
}
