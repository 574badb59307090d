import type { Locator, Page } from 'playwright-core';

/** The item of our cluster. */
export const STATUS = 'hotpocket-studio.hotpocket-studio.hotpocket.status';

export class StatusItem {
  private readonly item: Locator;

  constructor(page: Page, id: string) {
    this.item = page.locator(`.part.statusbar [id="${id}"]`);
  }

  /** What it shows, without icons. Waits for the item to be there. */
  async text(): Promise<string> {
    return (await this.item.innerText()).trim();
  }

  /** What assistive technology reads: name, text and tooltip. */
  async label(): Promise<string> {
    return (await this.item.locator('[aria-label]').first().getAttribute('aria-label')) ?? '';
  }

  async click(): Promise<void> {
    await this.item.click();
  }
}
