import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { QuickInput } from './quickInput';
import { linesOf } from './text';

export class EditorArea {
  constructor(
    private readonly page: Page,
    private readonly quickInput: QuickInput,
  ) {}

  /** Opens a file of the workspace by a part of its path. */
  async open(path: string): Promise<void> {
    await this.quickInput.openFile(path);
  }

  /** Opens a file of the workspace, and sets a breakpoint in it by the keyboard. */
  async breakpoint(name: string, line: number): Promise<void> {
    await this.open(name);
    await expect.poll(() => this.title()).toBe(name);
    await this.lines.click();
    // An editor that was just opened may not have the keyboard yet.
    await expect.poll(async () => {
      await this.page.keyboard.press('Control+G');
      await this.quickInput.answer(`:${line}`);
      return this.page.locator('.part.statusbar').innerText();
    }).toContain(`Ln ${line}`);
    await this.page.keyboard.press('F9');
    await this.page.locator('.margin-view-overlays [class*="codicon-debug-breakpoint"], .glyph-margin-widgets [class*="codicon-debug-breakpoint"]').first().waitFor();
  }

  /** The titles of the open tabs. */
  tabs(): Promise<string[]> {
    return this.page.locator('.part.editor .tab').evaluateAll((tabs: { getAttribute(name: string): string }[]) => tabs.map((tab) => tab.getAttribute('data-resource-name')));
  }

  /** The title of the active tab. Waits until there is one. */
  async title(): Promise<string> {
    return (await this.page.locator('.part.editor .tab.active').getAttribute('data-resource-name')) ?? '';
  }

  /** Puts the cursor there. */
  async goToLine(line: number): Promise<void> {
    await this.lines.click();
    for (let tries = 0; tries < 5; tries++) {
      await this.page.keyboard.press('Control+G');
      await this.quickInput.answer(`:${line}`);
      // An editor that was just opened may not have the keyboard yet.
      const there = this.page.locator('.part.statusbar').getByText(`Ln ${line},`);
      if (await there.waitFor({ timeout: 3_000 }).then(() => true, () => false)) return;
    }
    throw new Error(`The cursor does not go to line ${line}.`);
  }

  /** The visible lines of the active editor. */
  text(): Promise<string> {
    return linesOf(this.page.locator('.part.editor .editor-group-container.active .editor-instance .view-line'));
  }

  /** Clicks into the active editor, and types. */
  async type(text: string): Promise<void> {
    await this.lines.click();
    await this.page.keyboard.type(text);
  }

  /** Replaces the whole text of the active editor by another one, as typing over it would. */
  async replaceAll(text: string): Promise<void> {
    await this.lines.click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.insertText(text);
    await this.page.locator('.part.editor .tab.active.dirty').waitFor();
  }

  private get lines(): Locator {
    return this.page.locator('.part.editor .editor-group-container.active .editor-instance .view-lines');
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Control+S');
    await this.page.locator('.part.editor .tab.active:not(.dirty)').waitFor();
  }
}
