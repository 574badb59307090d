import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { launchChromium } from '../../harness/chromium';
import { codeCommand, CodeServer, UNATTENDED } from '../../harness/codeServer';
import { artifactsFolder } from '../../harness/paths';
import { provisionWorkbench } from '../../harness/provision';
import { VSIX_VARIABLE } from '../../harness/runVitest';
import { Scratch } from '../../harness/scratch';
import { writeUserSettings, type Keybinding, type Settings } from '../../harness/settings';
import { openWorkbench } from '../../harness/workbenchPage';
import { WorkbenchWindow } from './window';

export interface WorkbenchOptions {
  /** The folder of its screenshots below test/artifacts. */
  suite: string;
  /** The packed extension to install; the one of this run (run.mjs --vsix) if not given. */
  vsix?: string;
  settings?: Settings;
  keybindings?: readonly Keybinding[];
  /** Added to the environment of the extension host and of terminals. */
  env?: Record<string, string>;
}

/** A VS Code with the packed extension installed, its own empty profile and its own cluster home; it shows any number of windows. */
export class Workbench {
  readonly windows: WorkbenchWindow[] = [];
  private pictures = 0;

  private constructor(
    private readonly suite: string,
    private readonly scratch: Scratch,
    private readonly server: CodeServer,
    private readonly browser: BrowserContext,
    /** What terminals and extensions inside see, for programs that are to share their clusters (HOTPOCKET_HOME, XDG_RUNTIME_DIR). */
    readonly env: Record<string, string>,
  ) {}

  /** Of its processes, unless `env` said otherwise (processesOf). */
  get id(): string {
    return this.scratch.id;
  }

  /** Starts it without a window. `close` must be called, also after a failure. */
  static async open({ suite, vsix = process.env[VSIX_VARIABLE], settings, keybindings, env }: WorkbenchOptions): Promise<Workbench> {
    if (vsix === undefined) throw new Error('Which package? Run `node test/vscode/run.mjs ui --vsix FILE`.');
    const { standIn, chromium } = await provisionWorkbench(console.log);
    rmSync(join(artifactsFolder, suite), { recursive: true, force: true });
    const scratch = new Scratch();
    try {
      const folders = { scratch, userData: scratch.path('data'), extensions: scratch.path('extensions') };
      writeUserSettings(folders.userData, settings, keybindings);
      await codeCommand(standIn, folders, ['--install-extension', vsix]);
      const server = await CodeServer.start(standIn, folders, env ?? {}, UNATTENDED);
      const browser = await launchChromium(chromium, scratch);
      return new Workbench(suite, scratch, server, browser, { ...scratch.env, ...env });
    } catch (error) {
      await scratch.dispose();
      throw error;
    }
  }

  /** Opens a window on a folder, or an empty one, and waits until the workbench is drawn. */
  async openWindow(workspace?: string): Promise<WorkbenchWindow> {
    const unused = this.windows.length === 0 ? this.browser.pages()[0] : undefined;
    const page = unused ?? (await this.browser.newPage());
    page.setDefaultTimeout(30_000);
    await openWorkbench(page, { authority: this.server.authority, workspace });
    const window = new WorkbenchWindow(page, (name) => this.picture(name));
    await window.drawn();
    this.windows.push(window);
    return window;
  }

  /** Ends the windows, the server, and whatever extensions or terminals started, and removes the profile. */
  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await this.scratch.dispose();
  }

  private picture(name: string): string {
    const number = String(++this.pictures).padStart(2, '0');
    return join(artifactsFolder, this.suite, `${number}-${name.replace(/[^\p{L}\p{N}]+/gu, '-')}.png`);
  }
}
