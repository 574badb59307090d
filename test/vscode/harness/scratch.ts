import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { endRun, RUN_VARIABLE } from './processes';

/**
 * A temporary folder and a mark on processes, which end together: `dispose` ends every process that carries the mark and
 * removes the folder. Marks nest, so the scratch of a test run also covers the windows that its tests opened.
 */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'hp-'));

  /** Variables for the programs to be started: the mark, and temporary files, sockets and clusters inside the folder. */
  readonly env: Record<string, string>;

  readonly id = basename(this.folder);

  constructor() {
    const outer = process.env[RUN_VARIABLE];
    this.env = {
      [RUN_VARIABLE]: outer === undefined ? this.id : `${outer}/${this.id}`,
      TMPDIR: this.folder,
      XDG_CONFIG_HOME: join(this.folder, 'config'),
      XDG_RUNTIME_DIR: this.folder,
      XDG_DATA_HOME: join(this.folder, 'share'),
      HOTPOCKET_HOME: join(this.folder, 'hotpocket'),
    };
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  async dispose(): Promise<void> {
    for (let tries = 0; ; tries++) {
      await endRun(this.id);
      try {
        rmSync(this.folder, { recursive: true, force: true });
        return;
      } catch (error) {
        // What those started who were just ended may still be writing.
        if (tries === 100) throw error;
        await setTimeout(50);
      }
    }
  }
}
