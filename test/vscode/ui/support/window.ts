import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { projectFolder } from '../../harness/paths';
import { Dialog, Notification } from './messages';
import { EditorArea } from './editorArea';
import { OutputPanel } from './outputPanel';
import { QuickInput } from './quickInput';
import { StatusItem } from './statusItem';
import { TerminalPanel } from './terminalPanel';
import { Tree } from './tree';

/** What the system tells, and how the workbench is marked then. The first is how a window begins. */
const THEMES = [
  { kind: 'light', colorScheme: 'light', forcedColors: 'none', mark: 'vs' },
  { kind: 'dark', colorScheme: 'dark', forcedColors: 'none', mark: 'vs-dark' },
  { kind: 'high contrast', colorScheme: 'dark', forcedColors: 'active', mark: 'hc-black' },
] as const;

/** One window of VS Code. Actions wait until what they act on is there; texts are as shown now, so poll them: `expect.poll(() => …)`. */
export class WorkbenchWindow {
  readonly quickInput: QuickInput;
  readonly output: OutputPanel;
  readonly terminal: TerminalPanel;
  readonly editor: EditorArea;

  constructor(
    /** For what has no helper here. */
    readonly page: Page,
    private readonly picture: (name: string) => string,
  ) {
    this.quickInput = new QuickInput(page);
    this.output = new OutputPanel(page, this.quickInput);
    this.terminal = new TerminalPanel(page);
    this.editor = new EditorArea(page, this.quickInput);
  }

  /** Runs a command by its full title in the command palette, such as `HotPocket: Start Cluster`. */
  async palette(command: string): Promise<void> {
    await this.quickInput.command(command);
  }

  /** Shows a view container of the activity bar, by its title. */
  async showContainer(title: string): Promise<void> {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name: title });
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
  }

  /** The tree of a view, by the view's name. */
  tree(view: string): Tree {
    return new Tree(this.page, view);
  }

  /** An item of the status bar, by `publisher.extension.id`. */
  statusItem(id: string): StatusItem {
    return new StatusItem(this.page, id);
  }

  /** The message in the corner that contains `text`. */
  notification(text: string | RegExp): Notification {
    return new Notification(this.page, text);
  }

  /** The modal question that contains `text`. */
  dialog(text: string | RegExp): Dialog {
    return new Dialog(this.page, text);
  }

  /** Keeps a picture of the window in test/artifacts and gives its path. */
  async screenshot(name: string): Promise<string> {
    const path = this.picture(name);
    await this.page.screenshot({ path });
    return path;
  }

  /** Pictures in all the kinds of themes there are, if HOTPOCKET_TEST_LONG=1; else one in that which is shown. */
  async inThemes(name: string): Promise<void> {
    if (process.env['HOTPOCKET_TEST_LONG'] !== '1') return void (await this.screenshot(name));
    for (const { kind, mark, ...media } of [...THEMES].reverse()) {
      await this.page.emulateMedia(media);
      await this.page.locator(`.monaco-workbench.${mark}`).waitFor();
      await this.screenshot(`${name} ${kind}`);
    }
  }

  /** A picture that the README shows as well, which is renewed when HOTPOCKET_README_PICTURES=1. */
  async readmePicture(name: string): Promise<void> {
    const path = await this.screenshot(name);
    if (process.env['HOTPOCKET_README_PICTURES'] === '1') copyFileSync(path, join(projectFolder, 'media', 'readme', `${name}.png`));
  }

  /** Loads the window anew: its extension host ends and another one starts. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.drawn();
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /** Resolves when the workbench is there to be used; extensions may still be starting. */
  async drawn(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
  }
}
