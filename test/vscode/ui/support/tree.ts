import type { Locator, Page } from 'playwright-core';
import { exactly } from './text';

/** How often a click is tried. */
const PATIENCE = 5;

/** The tree of a view, whose container is shown. */
export class Tree {
  private readonly tree: Locator;

  constructor(
    private readonly page: Page,
    view: string,
  ) {
    this.tree = page.getByRole('tree', { name: view });
  }

  /** The row with exactly this label; the first one if several have it. */
  row(label: string): Row {
    const name = this.page.locator('.monaco-highlighted-label, .label-name', { hasText: exactly(label) });
    return new Row(this.page, this.tree.getByRole('treeitem').filter({ has: name }).first());
  }

  /** The visible rows from top to bottom, each as its label and description. */
  async rows(): Promise<string[]> {
    const rows = await this.tree.getByRole('treeitem').all();
    const placed = await Promise.all(rows.map(async (row) => ({ top: (await row.boundingBox())?.y ?? 0, text: await textOf(row) })));
    return placed.sort((a, b) => a.top - b.top).map(({ text }) => text);
  }
}

export class Row {
  constructor(
    private readonly page: Page,
    private readonly row: Locator,
  ) {}

  /** Resolves when it is there. */
  async shown(): Promise<void> {
    await this.row.waitFor();
  }

  /** Resolves when it is gone. */
  async hidden(): Promise<void> {
    await this.row.waitFor({ state: 'hidden' });
  }

  /** Its label and description. Waits for the row to be there. */
  async text(): Promise<string> {
    return textOf(this.row);
  }

  async click(): Promise<void> {
    await this.row.click();
  }

  /** Shows its children if they are not shown. */
  async expand(): Promise<void> {
    if ((await this.row.getAttribute('aria-expanded')) === 'false') await this.row.locator('.monaco-tl-twistie').click();
  }

  /** Clicks one of the buttons that hovering shows, by the title of its command. A row that is drawn anew meanwhile hides them again. */
  async inline(action: string): Promise<void> {
    const button = this.row.getByRole('button', { name: action });
    for (let tries = 1; ; tries++) {
      await this.row.hover();
      try {
        return await button.click({ timeout: 3_000 });
      } catch (error) {
        if (tries === PATIENCE) throw error;
      }
    }
  }

  /** Clicks an entry of the context menu, by the title of its command. */
  async menu(action: string): Promise<void> {
    await this.row.click({ button: 'right' });
    const item = this.page.getByRole('menuitem', { name: action, exact: true });
    await item.hover();
    // By key, because a menu ignores the mouse button for a moment after it opened.
    await item.press('Enter');
  }

  /** The titles in the context menu, which is closed again. */
  async menuTitles(): Promise<string[]> {
    await this.row.click({ button: 'right' });
    const items = this.page.getByRole('menuitem');
    await items.first().waitFor();
    const titles = await items.allInnerTexts();
    await this.page.keyboard.press('Escape');
    return titles.map((title) => title.trim()).filter(Boolean);
  }
}

async function textOf(row: Locator): Promise<string> {
  await row.waitFor();
  return (await row.locator('.label-name, .label-description').allInnerTexts()).join(' ').trim();
}
