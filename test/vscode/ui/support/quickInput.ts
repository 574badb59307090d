import { basename } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { exactly } from './text';

/** How often a thing is tried that takes 3 s to fail. */
const PATIENCE = 10;

/** The box at the top: command palette, choices and questions. */
export class QuickInput {
  private readonly box: Locator;
  private readonly input: Locator;
  private readonly rows: Locator;

  constructor(private readonly page: Page) {
    // It is inert while it fades out.
    this.box = page.locator('.quick-input-widget:not([inert], [inert] *)');
    this.input = this.box.locator('input[type=text], input[type=password]');
    this.rows = this.box.locator('.quick-input-list .monaco-list-row');
  }

  /** Runs a command by its full title. A window that was just opened learns only by and by what commands there are. */
  async command(title: string): Promise<void> {
    const palette = this.box.locator('input[aria-label^="Type the name of a command"]');
    for (let tries = 0; tries < PATIENCE; tries++) {
      await this.open('F1', palette);
      await palette.fill(`>${title}`);
      if (await appears(this.row(title))) break;
      // A window that is still being drawn may have taken the focus, which closes it.
      if (await this.isOpen()) await this.cancel();
    }
    await this.pick(title);
    // What the command asks comes in the same box.
    await palette.waitFor({ state: 'hidden' });
  }

  /** Opens a file by a part of its path, as Ctrl+P does. */
  async openFile(path: string): Promise<void> {
    await this.open('Control+P', this.input);
    await this.input.fill(path);
    // Before it has searched it shows what was open before.
    await this.rows.filter({ hasText: basename(path) }).first().click();
  }

  /** Chooses the row with exactly this label. */
  async pick(label: string): Promise<void> {
    await this.row(label).click();
  }

  /** Ticks or unticks rows of a multiple choice and confirms. */
  async tick(...labels: string[]): Promise<void> {
    for (const label of labels) await this.row(label).click();
    await this.box.getByRole('button', { name: 'OK' }).click();
  }

  /** Answers the question with `text` in place of what the box proposes. */
  async answer(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  /** The labels on offer. Waits until there is one. */
  async choices(): Promise<string[]> {
    await this.rows.first().waitFor();
    return this.rows.locator('.quick-input-list-label-name, .label-name').allInnerTexts();
  }

  /** What the box says: its title, the question or complaint below the input, and the place holder in it. */
  async text(): Promise<string> {
    const placeHolder = (await this.input.getAttribute('placeholder')) ?? '';
    return `${placeHolder}\n${await this.box.innerText()}`.trim();
  }

  /** What the input holds. */
  async value(): Promise<string> {
    return this.input.inputValue();
  }

  async isOpen(): Promise<boolean> {
    return this.box.isVisible();
  }

  async cancel(): Promise<void> {
    await this.box.waitFor();
    await this.input.press('Escape');
    await this.box.waitFor({ state: 'hidden' });
  }

  /** A key that comes while something else is closing may be lost, so it is pressed until the box opens. */
  private async open(key: string, input: Locator): Promise<void> {
    for (let tries = 0; tries < PATIENCE; tries++) {
      await this.page.keyboard.press(key);
      if (await appears(input)) return;
    }
  }

  private row(label: string): Locator {
    return this.rows.filter({ has: this.page.locator('.label-name', { hasText: exactly(label) }) }).first();
  }
}

function appears(locator: Locator): Promise<boolean> {
  return locator.waitFor({ timeout: 3_000 }).then(() => true, () => false);
}
