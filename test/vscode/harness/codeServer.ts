import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { endGroup, ended, run } from './processes';
import type { Scratch } from './scratch';
import type { StandIn } from './standIn';

export interface CodeServerFolders {
  scratch: Scratch;
  userData: string;
  extensions: string;
}

// What a surrounding VS Code, npm, Electron or test runner left in the environment would change how the server behaves.
const FOREIGN = /^(VSCODE_|npm_|ELECTRON_|VITEST|(NODE_OPTIONS|NODE_ENV|PORT|PASSWORD|TEST|PROD|DEV|MODE|SSR|BASE_URL)$)/;

/** For a server that nobody looks at: should whoever started it be killed, it ends by itself. */
export const UNATTENDED = ['--idle-timeout-seconds', '600'];

/** VS Code as a server: the workbench is a page, extensions run in its own extension host processes, one for each page. */
export class CodeServer {
  private constructor(
    private readonly child: ChildProcess,
    /** host:port, which is also the authority of the workbench's remote URIs. */
    readonly authority: string,
    /** Settles when the server has ended, asked or not. */
    readonly end: Promise<unknown>,
  ) {}

  /** Starts a server on a free port of the loopback interface. User settings are in place already (settings.ts); `env` is added to ours. */
  static async start(standIn: StandIn, folders: CodeServerFolders, env: NodeJS.ProcessEnv, extra: string[] = []): Promise<CodeServer> {
    const args = [
      ...commandLine(standIn, folders),
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--session-socket', folders.scratch.path('session.sock')],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...extra,
    ];
    const child = spawn(standIn.node, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment(folders, env) });
    const end = ended(child);
    try {
      return new CodeServer(child, await listening(child, end), end);
    } catch (error) {
      await endGroup(child);
      throw error;
    }
  }

  async stop(): Promise<void> {
    await endGroup(this.child);
  }
}

/** Runs one of the commands that end by themselves, such as `--install-extension`, and gives what it printed. */
export function codeCommand(standIn: StandIn, folders: CodeServerFolders, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return run(standIn.node, [...commandLine(standIn, folders), ...args], { env: environment(folders, env) });
}

function commandLine(standIn: StandIn, { scratch, userData, extensions }: CodeServerFolders): string[] {
  mkdirSync(extensions, { recursive: true });
  const config = join(scratch.folder, 'code-server.yaml');
  writeFileSync(config, ''); // Without one it would write its own below the home folder.
  return [standIn.server, '--config', config, '--user-data-dir', userData, '--extensions-dir', extensions];
}

/** Ours, less what would change the server, the scratch's own, and at last what the test wants. */
function environment({ scratch }: CodeServerFolders, wanted: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  return { ...Object.fromEntries(ours), ...scratch.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...wanted };
}

/** The host and port of a server that was just started, as soon as it says that it listens there. */
async function listening(child: ChildProcess, end: Promise<unknown>): Promise<string> {
  let log = '';
  const stop = new AbortController();
  const announced = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        log += text.toString();
        const authority = /HTTP server listening on http:\/\/([\d.]+:\d+)/.exec(log)?.[1];
        if (authority !== undefined) resolve(authority);
      });
    }
  });
  const failed = (why: string) => Promise.reject(new Error(`code-server ${why}\n${log}`));
  const died = end.then((code) => failed(`ended with ${String(code)}`));
  const late = setTimeout(60_000, undefined, { signal: stop.signal }).then(() => failed('did not start within 60 s'));
  for (const unwatched of [died, late]) unwatched.catch(() => undefined);
  try {
    return await Promise.race([announced, died, late]);
  } finally {
    stop.abort();
  }
}
