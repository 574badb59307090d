import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { HotPocketError } from '../../base/errors';
import { findPrograms } from '../../base/programs';

const OLDEST_NODE_JS = 20;
const ANSWER_WITHIN_MS = 10_000;

/** Who looks for a Node.js, and where; tests pretend to be elsewhere. */
export interface Host {
  readonly platform: NodeJS.Platform;
  /** The program that runs this code: a Node.js, or under Electron VS Code itself, which acts as one when told to. */
  readonly execPath: string;
}

/**
 * The Node.js that runs supervisor and nodes: HOTPOCKET_NODE_PATH, else the first on the PATH that is new enough, else our own, which may be
 * VS Code's. Throws NODE_JS_NOT_FOUND.
 */
export async function findNodeJs(env: NodeJS.ProcessEnv, host: Host = process): Promise<string> {
  const chosen = env.HOTPOCKET_NODE_PATH;
  if (chosen) {
    const { major } = await askNodeJs(chosen);
    if (major < OLDEST_NODE_JS) throw new HotPocketError('NODE_JS_NOT_FOUND', { tried: `HOTPOCKET_NODE_PATH=${chosen}${major ? `, which is version ${major}` : ''}` });
    return chosen;
  }
  const found = (await nodeJsOnPath(env.PATH, host)) ?? (host.platform === 'darwin' ? await nodeJsOnPath(await loginPath(env), host) : undefined);
  if (found !== undefined) return found;
  // It is gone when VS Code was updated while its window stayed open.
  if (!existsSync(host.execPath)) throw new HotPocketError('NODE_JS_NOT_FOUND', { tried: `the PATH, and ${host.execPath}, which is gone` });
  return host.execPath;
}

/** Looks once, and again only when what was found is gone. */
export class NodeJsFinder {
  private found: string | undefined;

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  async find(): Promise<string> {
    if (this.found === undefined || !existsSync(this.found)) this.found = await findNodeJs(this.env);
    return this.found;
  }
}

async function nodeJsOnPath(path: string | undefined, { execPath }: Host): Promise<string | undefined> {
  const own = await realpath(execPath).catch(() => undefined);
  for (const candidate of await findPrograms('node', path)) {
    // The usual case on a command line; nothing has to be started to know its version.
    if ((await realpath(candidate)) === own) return execPath;
    const { major, program } = await askNodeJs(candidate);
    if (major >= OLDEST_NODE_JS) return program;
  }
  return undefined;
}

/** Around it, because a shell may greet first. */
const MARK = '<HotPocket>';
const SAY_PATH = 'printf \'%s%s%s\' \'<HotPocket>\' "$PATH" \'<HotPocket>\'';

/** Programs that are started from the Dock do not have the PATH of terminals. */
async function loginPath({ SHELL: shell = '/bin/zsh' }: NodeJS.ProcessEnv): Promise<string | undefined> {
  const output = await promisify(execFile)(shell, ['-ilc', SAY_PATH], { timeout: ANSWER_WITHIN_MS }).then(({ stdout }) => stdout, () => '');
  return output.split(MARK)[1];
}

/**
 * The major version of a program that says it is Node.js, 0 if it does not, and the program that really runs: version managers put scripts
 * on the PATH that choose by the working folder.
 */
async function askNodeJs(path: string): Promise<{ readonly major: number; readonly program: string }> {
  const question = "process.version + ' ' + process.execPath";
  const answer = await promisify(execFile)(path, ['-p', question], { timeout: ANSWER_WITHIN_MS }).then(({ stdout }) => stdout, () => '');
  const [, major = '0', program = path] = /^v(\d+)\.\S+ (.+)$/m.exec(answer) ?? [];
  return { major: Number(major), program };
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
