import { eraseBelow, right, up } from './ansi';
import { layOut, type Prompt, type PromptLayout } from './promptLayout';

/** The prompt may take this share of the terminal's rows. */
const SHARE = 0.5;
const DEFAULT_SIZE = { columns: 80, rows: 24 };

/**
 * Draws the line that is being typed below everything that is printed. Each change is one piece of output, so that the
 * terminal never shows a line torn apart.
 */
export class PromptView {
  private size = DEFAULT_SIZE;
  private drawn: PromptLayout | undefined;

  /** What to write when the terminal got another size. */
  resize(size: { readonly columns: number; readonly rows: number }, prompt: Prompt): string {
    const erased = this.erase(size.columns);
    this.size = { columns: Math.max(2, size.columns), rows: size.rows };
    return erased + this.draw(prompt);
  }

  /** What to write when the line changed. */
  update(prompt: Prompt): string {
    return this.erase(this.size.columns) + this.draw(prompt);
  }

  /** What to write to show `text`, without a line break at its end, above the prompt. */
  print(text: string, prompt: Prompt): string {
    return `${this.erase(this.size.columns)}${text.replaceAll('\n', '\r\n')}\r\n${this.draw(prompt)}`;
  }

  /** What to write after the screen was cleared by other means. */
  redraw(prompt: Prompt): string {
    return this.draw(prompt);
  }

  private draw(prompt: Prompt): string {
    const { columns, rows } = this.size;
    const layout = (this.drawn = layOut(prompt, columns, Math.max(1, Math.floor(rows * SHARE))));
    const text = layout.rows.map((row) => row.text).join('\r\n');
    return `${text}${up(layout.rows.length - 1 - layout.cursorRow)}\r${right(layout.cursorColumn)}`;
  }

  /** The terminal breaks rows that got too wide for it, except the cursor's. */
  private erase(columns: number): string {
    if (!this.drawn) return '';
    const { rows, cursorRow } = this.drawn;
    const above = rows.slice(0, cursorRow).reduce((sum, { width }) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return up(above) + eraseBelow;
  }
}
