import type { Page } from 'playwright-core';
import type { QuickInput } from './quickInput';
import { linesOf } from './text';

export class OutputPanel {
  constructor(
    private readonly page: Page,
    private readonly quickInput: QuickInput,
  ) {}

  /** Shows an output or log channel by its name. */
  async show(channel: string): Promise<void> {
    await this.quickInput.command('Output: Show Output Channels...');
    await this.quickInput.pick(channel);
  }

  /** The names of all channels on offer. */
  async channels(): Promise<string[]> {
    await this.quickInput.command('Output: Show Output Channels...');
    const names = await this.quickInput.choices();
    await this.quickInput.cancel();
    return names;
  }

  /** The name of the channel that is shown. */
  channel(): Promise<string> {
    return this.page.locator('.part.panel select.monaco-select-box').evaluateAll((selects: { value: string; selectedOptions: ArrayLike<{ text: string }> }[]) => selects[0]?.selectedOptions[0]?.text ?? '');
  }

  /**
   * Of what is there already, shows only lines that contain one of these texts, which have no commas, while something is done: they must
   * not scroll away, since only lines in sight are on the page. Of what comes later VS Code hides too much, the first line of each piece.
   */
  async only<T>(texts: readonly string[], action: () => Promise<T>): Promise<T> {
    await this.filter(texts.join(','));
    try {
      return await action();
    } finally {
      await this.filter('');
    }
  }

  /** Resolves when the channel that is shown holds a line with this text, in sight or not; the test's time-out ends it. */
  async holds(text: string): Promise<void> {
    const line = this.page.locator('.part.panel .view-line', { hasText: text }).first();
    // Filtered anew each time, since what came after the filter may be hidden.
    while (!(await this.only([text], () => line.waitFor({ timeout: 2_000 }).then(() => true, () => false))));
  }

  /** Shows all lines. A window that is opened anew may come back with a filter of some seconds ago. */
  async all(): Promise<void> {
    await this.filter('');
  }

  /** The visible lines of the channel that is shown. For what comes only once, see `only`. */
  text(): Promise<string> {
    return linesOf(this.page.locator('.part.panel .output-view-zone .view-line, .part.panel .output-view .view-line, .part.panel .view-lines .view-line'));
  }

  private async filter(text: string): Promise<void> {
    await this.page.locator('.part.panel').getByPlaceholder(/^Filter/).fill(text);
  }
}
