import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files';
import { shellWord } from '../../base/shellWord';

/** The commands that a terminal gets. */
export const SHIM_NAMES = ['hpdevkit', 'hotpocket'] as const;
export type ShimName = (typeof SHIM_NAMES)[number];

/** Stands in every shim, by which ours are told from a real hpdevkit. */
export const MARK = 'HotPocket Studio';
/** Tells the command line the name it was called by (src/cli/commands/version.ts). */
const CALLED_AS = 'HOTPOCKET_CALLED_AS';

export interface NodeJs {
  readonly path: string;
  /** It is VS Code's own program, which acts as Node.js only when told to. */
  readonly electron: boolean;
}

/** A script for sh that runs the command line of this extension. HOTPOCKET_NODE_PATH goes before `nodeJs`. */
function posixShim(name: ShimName, cli: string, nodeJs: NodeJs): string {
  return `#!/bin/sh
# ${MARK}: ${name} for the embedded HotPocket cluster. Written by the extension; changes are lost.
cli=${shellWord(cli)}
node=${shellWord(nodeJs.path)}
[ -x "$node" ] || node=node
[ -z "$HOTPOCKET_NODE_PATH" ] || node=$HOTPOCKET_NODE_PATH
if [ ! -f "$cli" ]; then
  echo "${name}: the HotPocket extension that this command belonged to is gone. Open a new terminal." >&2
  exit 127
fi
export ${CALLED_AS}=${name}
${nodeJs.electron ? 'export ELECTRON_RUN_AS_NODE=1\n' : ''}exec "$node" "$cli" "$@"
`;
}

/** On Windows the embedded engine does not run; the command says what to do instead. */
export function windowsShim(name: ShimName): string {
  const advice = `${name}: HotPocket's embedded cluster does not run on Windows itself. Open the folder in WSL or in a container.`;
  return ['@echo off', `rem ${MARK}`, `echo ${advice} 1>&2`, 'exit /b 1', ''].join('\r\n');
}

/** Writes the commands into `folder`, which all windows share. */
export async function writeShims(folder: string, cli: string, nodeJs: NodeJs): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of SHIM_NAMES) {
    await writeIfOther(join(folder, name), posixShim(name, cli, nodeJs));
    if (process.platform === 'win32') await writeIfOther(join(folder, `${name}.cmd`), windowsShim(name));
  }
}

async function writeIfOther(file: string, content: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) !== content) await writeFileAtomic(file, content, 0o755);
}
