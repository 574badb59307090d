import type { Locator, Page } from 'playwright-core';

/** A message with buttons. */
abstract class Message {
  constructor(protected readonly box: Locator) {}

  /** Resolves when it is there. */
  async shown(): Promise<void> {
    await this.box.waitFor();
  }

  async isShown(): Promise<boolean> {
    return this.box.isVisible();
  }

  /** Resolves when it is gone. */
  async hidden(): Promise<void> {
    await this.box.waitFor({ state: 'hidden' });
  }

  /** Its buttons' titles, in order. */
  async buttons(): Promise<string[]> {
    return this.box.locator('.monaco-button').allInnerTexts();
  }

  async click(button: string): Promise<void> {
    await this.box.getByRole('button', { name: button, exact: true }).click();
  }
}

export class Notification extends Message {
  constructor(page: Page, text: string | RegExp) {
    const message = page.locator('.notification-list-item-message', { hasText: text });
    super(page.locator('.notifications-toasts .notification-toast').filter({ has: message }));
  }

  async text(): Promise<string> {
    return this.box.locator('.notification-list-item-message').innerText();
  }

  /** Closes it without an answer. */
  async dismiss(): Promise<void> {
    await this.box.hover();
    await this.box.getByRole('button', { name: /^Clear Notification/ }).click();
  }
}

export class Dialog extends Message {
  constructor(page: Page, text: string | RegExp) {
    const message = page.locator('.dialog-message-text', { hasText: text });
    super(page.locator('.monaco-dialog-box').filter({ has: message }));
  }

  async text(): Promise<string> {
    return this.box.locator('.dialog-message-container').innerText();
  }
}
