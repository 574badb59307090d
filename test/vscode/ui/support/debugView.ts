import type { Page } from 'playwright-core';

/** What VS Code shows while something is debugged. */
export class DebugToolbar {
  constructor(private readonly page: Page) {}

  /** Resolves when the line that comes next is marked in the editor. */
  async stopped(): Promise<void> {
    await this.page.locator('.codicon-debug-stackframe').first().waitFor({ timeout: 30_000 });
  }

  /** Resolves when nothing is debugged any more. */
  async gone(): Promise<void> {
    await this.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  }

  /** Presses a button of the toolbar, by the beginning of its name. */
  async button(name: string): Promise<void> {
    await this.page.locator('.debug-toolbar').getByRole('button', { name: new RegExp(`^${name}`) }).click();
  }

  /** Rows of the call stack. */
  async frames(): Promise<string[]> {
    return this.page.locator('.debug-call-stack .monaco-list-row').allInnerTexts();
  }

  /** Opens a scope of the variables, by the beginning of its name. */
  async expand(scope: string): Promise<void> {
    const row = this.page.locator('.debug-variables .monaco-list-row').filter({ hasText: new RegExp(`^\\s*${scope}`) }).first();
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.click();
  }

  /** Rows of the variables that are in sight. */
  async variables(): Promise<string[]> {
    const rows = await this.page.locator('.debug-variables .monaco-list-row').allInnerTexts();
    return rows.map((row) => row.replace(/\s+/g, ' ').trim());
  }
}
