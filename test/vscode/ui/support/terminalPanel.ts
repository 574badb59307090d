import type { Page } from 'playwright-core';
import { linesOf } from './text';

export class TerminalPanel {
  constructor(private readonly page: Page) {}

  /** The visible lines of the active terminal. */
  text(): Promise<string> {
    return linesOf(this.page.locator('.terminal-wrapper.active .xterm-rows > div'));
  }

  /** Types a command into the active terminal and runs it. */
  async run(command: string): Promise<void> {
    await this.page.locator('.terminal-wrapper.active .xterm').click();
    await this.page.keyboard.type(command);
    await this.page.keyboard.press('Enter');
  }
}
