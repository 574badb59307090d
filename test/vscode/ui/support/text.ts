import type { Locator } from 'playwright-core';

/** For `hasText`: the whole text, not a part of it. */
export function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}

/** What is used of an element of the page. */
interface Drawn {
  getBoundingClientRect(): { top: number };
  textContent: string;
}

/**
 * The text of the lines that are drawn, from top to bottom. Lines that scrolled are moved, not drawn anew, so their order in the
 * document says nothing.
 */
export async function linesOf(lines: Locator): Promise<string> {
  const drawn = await lines.evaluateAll((elements: Drawn[]) => elements.map((element) => ({ top: element.getBoundingClientRect().top, text: element.textContent })));
  const text = drawn.sort((a, b) => a.top - b.top).map((line) => line.text.replace(/\u00a0/g, ' ').trimEnd());
  return text.join('\n').trimEnd();
}
