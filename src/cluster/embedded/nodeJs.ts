import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HotPocketError } from '../../base/errors';

export const OLDEST_NODE_JS = 20;

/** The Node.js that runs supervisor and nodes: HOTPOCKET_NODE_PATH, else our own. Throws NODE_JS_NOT_FOUND. */
export async function findNodeJs(env: NodeJS.ProcessEnv): Promise<string> {
  const chosen = env.HOTPOCKET_NODE_PATH;
  if (!chosen) return process.execPath;
  const major = await nodeJsVersion(chosen);
  if (major < OLDEST_NODE_JS) throw new HotPocketError('NODE_JS_NOT_FOUND', { tried: `HOTPOCKET_NODE_PATH=${chosen}${major ? `, which is version ${major}` : ''}` });
  return chosen;
}

/** The major version of a program that says it is Node.js; 0 if it does not. */
export async function nodeJsVersion(path: string): Promise<number> {
  const version = await promisify(execFile)(path, ['--version'], { timeout: 10_000 }).then(({ stdout }) => stdout, () => '');
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
}

const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'HOTPOCKET_BIND', 'HOTPOCKET_CONSOLE_LOG_BYTES', 'XDG_RUNTIME_DIR'];

/**
 * All that supervisor and nodes inherit. They outlive the terminal they were started from, and what a developer has in the environment there
 * is nobody else's business.
 */
export function minimalEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  return { ...Object.fromEntries(entries) as NodeJS.ProcessEnv, ...(process.versions.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {}) };
}

/** What nodes listen on, and where their ports must be free: HOTPOCKET_BIND (addresses with commas between), else this machine only. */
export function listenHosts(env: NodeJS.ProcessEnv): readonly string[] {
  return env.HOTPOCKET_BIND?.split(',') ?? ['127.0.0.1', '::1'];
}
