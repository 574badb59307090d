import type { Locator, Page } from 'playwright-core';
import { exactly } from './text';

/** How often a thing is tried that takes 3 s to fail. */
const PATIENCE = 5;
const TRY = { timeout: 3_000 };
/** After which nobody expects that a click still does something. */
const EFFECT_MS = 5_000;

/** What is used of an element in the window, where its types are not known. */
interface Drawn {
  getBoundingClientRect(): { readonly top: number };
  querySelectorAll(selector: string): ArrayLike<{ readonly innerText: string }>;
}

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
    // All at one moment: a row that goes meanwhile would be waited for.
    const placed = await this.tree.getByRole('treeitem').evaluateAll((rows: Drawn[]) => rows.map((row) => ({
      top: row.getBoundingClientRect().top,
      text: Array.from(row.querySelectorAll('.label-name, .label-description'), (part) => part.innerText).join(' ').trim(),
    })));
    return placed.sort((a, b) => a.top - b.top).map(({ text }) => text);
  }
}

/**
 * A row that is drawn anew between the moments in which the mouse button goes down and up swallows the click, and one whose parent is being
 * read anew is unknown to its extension for a moment. Then it is clicked again, as people do.
 */
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

  /** Clicks until what it should do is done. */
  async click(done: () => Promise<boolean>): Promise<void> {
    await this.act(() => this.row.click(TRY), done);
  }

  /** Shows its children if they are not shown. */
  async expand(): Promise<void> {
    await until(async () => {
      if ((await this.row.getAttribute('aria-expanded')) !== 'false') return true;
      await this.row.locator('.monaco-tl-twistie').click(TRY);
      return appears(this.row.and(this.page.locator('[aria-expanded=true]')));
    });
  }

  /** Clicks one of the buttons that hovering shows, by the title of its command, until what it should do is done. */
  async inline(action: string, done: () => Promise<boolean>): Promise<void> {
    await this.act(async () => {
      await this.row.hover();
      await this.row.getByRole('button', { name: action }).click(TRY);
    }, done);
  }

  /** Presses one of these buttons and lets it go after `meanwhile`, once: whether it did something is for the caller to see. */
  async press(action: string, meanwhile: () => Promise<unknown>): Promise<void> {
    await this.row.hover();
    await this.row.getByRole('button', { name: action }).hover();
    await this.page.mouse.down();
    await meanwhile();
    await this.page.mouse.up();
  }

  /** Clicks an entry of the context menu, by the title of its command, until what it should do is done. */
  async menu(action: string, done: () => Promise<boolean>): Promise<void> {
    const item = this.page.getByRole('menuitem', { name: action, exact: true });
    await this.act(async () => {
      await this.row.click({ button: 'right', ...TRY });
      await item.waitFor(TRY);
      await item.hover();
      // By key, because a menu ignores the mouse button for a moment after it opened.
      await item.press('Enter');
    }, done);
  }

  /** The titles in the context menu, which is closed again. */
  async menuTitles(): Promise<string[]> {
    const items = this.page.getByRole('menuitem');
    await this.row.waitFor();
    await until(async () => {
      await this.row.click({ button: 'right', ...TRY });
      return appears(items.first());
    });
    const titles = await items.allInnerTexts();
    await this.page.keyboard.press('Escape');
    return titles.map((title) => title.trim()).filter(Boolean);
  }

  private async act(action: () => Promise<void>, done: () => Promise<boolean>): Promise<void> {
    await this.row.waitFor();
    let tried = false;
    await until(async () => {
      // What is slow may have come of the last time, and then the button be gone.
      if (tried && (await done())) return true;
      tried = true;
      await action();
      return this.soon(done);
    });
  }

  private async soon(done: () => Promise<boolean>): Promise<boolean> {
    for (const end = Date.now() + EFFECT_MS; Date.now() < end; await this.page.waitForTimeout(20)) if (await done()) return true;
    // What is not told which row it is for may ask.
    await this.page.keyboard.press('Escape');
    return false;
  }
}

async function textOf(row: Locator): Promise<string> {
  await row.waitFor();
  return (await row.locator('.label-name, .label-description').allInnerTexts()).join(' ').trim();
}

const appears = (locator: Locator): Promise<boolean> => locator.waitFor(TRY).then(() => true, () => false);

/** Does something until it works. What goes wrong the last time is told. */
async function until(attempt: () => Promise<boolean>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      if (await attempt()) return;
    } catch (error) {
      if (tries === PATIENCE) throw error;
    }
    if (tries === PATIENCE) throw new Error(`Nothing came of it ${PATIENCE} times.`);
  }
}
