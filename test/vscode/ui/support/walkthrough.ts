import type { Page } from 'playwright-core';

/** The page with the steps of a walkthrough. */
export class Walkthrough {
  constructor(private readonly page: Page) {}

  /** From top to bottom. */
  async steps(): Promise<{ readonly title: string; readonly done: boolean }[]> {
    const steps = await this.page.locator('.gettingStartedContainer .getting-started-step').all();
    return Promise.all(steps.map(async (step) => ({
      title: (await step.locator('.step-title').innerText()).trim(),
      done: (await step.locator('.codicon-getting-started-step-checked').count()) > 0,
    })));
  }

  /** A button of the step that is open. */
  async press(button: string): Promise<void> {
    await this.page.locator('.gettingStartedContainer .getting-started-step.expanded').getByRole('button', { name: button }).click();
  }
}
