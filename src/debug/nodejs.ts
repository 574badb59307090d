import { basename, dirname, join } from 'node:path';
import { HOOK, type Debuggee, type SpawnRecipe } from '../base/debugLink';
import type { AttachConfiguration, AttachOptions, DebugProvider, Program } from './provider';

/** Code that an author does not want to step through. */
export const SKIPPED_FILES: readonly string[] = ['<node_internals>/**', '**/node_modules/hotpocket-nodejs-contract/**'];

/** What has Node.js wait for a debugger, on any port that is free. */
const INSPECTED = '--inspect-brk=127.0.0.1:0';
/** The hook for processes in containers. */
const CONTAINER_HOOK = 'debugContainerHook.js';

/** Contracts that Node.js runs, through the inspector that is part of it and VS Code's JavaScript debugger. */
export class NodeJsProvider implements DebugProvider {
  readonly label = 'Node.js';

  /** `hook`: absolute path of debugHook.js as it is bundled, with debugContainerHook.js beside it. */
  constructor(private readonly hook: string) {}

  handles({ binPath }: Program): boolean {
    return /^node(js)?\d*(\.exe)?$/.test(basename(binPath));
  }

  /**
   * The process waits before its first line. It says where it is reached, and only to us: whoever knows the address may run code in it. In a
   * container others can ask it, who are in the container already.
   */
  recipe(): SpawnRecipe {
    return {
      argvPrefix: [INSPECTED, '--inspect-publish-uid=stderr', '--require', this.hook],
      announcement: {
        address: 'Debugger listening on (ws://\\S+)',
        hidden: ['For help, see: https://nodejs\\.org/\\S+', 'Debugger attached\\.', 'Waiting for the debugger to disconnect\\.\\.\\.', 'Debugger ending on ws://\\S+'],
      },
      letGo: 'inspector',
      container: {
        hook: join(dirname(this.hook), CONTAINER_HOOK),
        argvPrefix: [INSPECTED, '--inspect-publish-uid=http', '--require', HOOK],
        undebugged: ['--require', HOOK],
      },
    };
  }

  attach({ address, cwd, kind, ledgerSeqNo, node, pid }: Debuggee, options: AttachOptions): AttachConfiguration {
    const { contractFolder, projectFolder, stopOnEntry, sourceMaps = true, outFiles, resolveSourceMapLocations, skipFiles } = options;
    return {
      type: 'pwa-node',
      request: 'attach',
      name: `${kind === 'consensus' ? `Ledger ${ledgerSeqNo}` : `Read request after ledger ${ledgerSeqNo}`} · node ${node} · process ${pid}`,
      address: '127.0.0.1',
      port: Number(new URL(address).port),
      websocketAddress: address,
      continueOnAttach: !stopOnEntry,
      autoAttachChildProcesses: false,
      // Nodes run copies of the contract folder; each snapshot for a read request is one more.
      localRoot: contractFolder,
      remoteRoot: cwd,
      sourceMaps,
      outFiles: outFiles ?? [`${contractFolder}/**/*.{js,cjs,mjs}`, `!**/node_modules/**`],
      resolveSourceMapLocations: resolveSourceMapLocations === undefined ? [`${contractFolder}/**`, `${cwd}/**`, '!**/node_modules/**'] : resolveSourceMapLocations,
      sourceMapPathOverrides: webpackPaths(projectFolder),
      skipFiles: [...(skipFiles ?? SKIPPED_FILES), this.hook, `**/${CONTAINER_HOOK}`],
    };
  }
}

/** How bundlers of webpack's family, ncc among them, name the sources of a project. */
function webpackPaths(projectFolder: string): Record<string, string> {
  const inProject = join(projectFolder, '*');
  return { 'webpack:///./~/*': join(projectFolder, 'node_modules', '*'), 'webpack:////*': '/*', 'webpack://?:*/*': inProject, 'webpack:///([a-z]):/(.+)': '$1:/$2', 'meteor://💻app/*': inProject };
}
