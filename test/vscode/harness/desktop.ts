import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { join } from 'node:path';
import { toolsFolder } from './paths';

const UPDATE_SERVER = 'https://update.code.visualstudio.com/api/releases/stable';

/** The program of a desktop VS Code, downloaded once. Undefined where it has no display or cannot be had quickly enough to tell. */
export async function desktopVsCode(): Promise<string | undefined> {
  const { platform, env } = process;
  const display = platform !== 'linux' || env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined;
  if (!display || !(await reachable())) return undefined;
  return downloadAndUnzipVSCode({ version: 'stable', cachePath: join(toolsFolder, 'desktop') });
}

async function reachable(): Promise<boolean> {
  try {
    return (await fetch(UPDATE_SERVER, { signal: AbortSignal.timeout(3_000) })).ok;
  } catch {
    return false;
  }
}
