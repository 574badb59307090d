import { describe, expect, it } from 'vitest';
import { layOut } from '../../../../src/extension/client/promptLayout';
import { PromptView } from '../../../../src/extension/client/promptView';
import { randomGenerator } from '../../../support/random';
import { Screen } from './screen';

const prompt = (text: string, cursor = text.length) => ({ label: '> ', text, cursor });

function opened(columns: number, rows = 24): { screen: Screen; view: PromptView } {
  const screen = new Screen(columns, rows);
  const view = new PromptView();
  screen.write(view.resize({ columns, rows }, prompt('')));
  return { screen, view };
}

describe('the prompt', () => {
  it('stays below what is printed, with what is being typed', () => {
    const { screen, view } = opened(20);
    screen.write(view.update(prompt('hel', 1)));
    screen.write(view.print('first\nand more', prompt('hel', 1)));
    screen.write(view.print('', prompt('hel', 1)));
    screen.write(view.print('third', prompt('hello', 5)));
    expect(screen.text).toBe('first\nand more\n\nthird\n> hello');
    expect(screen.cursor).toEqual({ row: 4, column: 7 });
  });

  it('goes on in the next row, also after the last column and with wide characters', () => {
    const { screen, view } = opened(10);
    screen.write(view.update(prompt('12345678')));
    expect(screen.text).toBe('> 12345678');
    expect(screen.cursor).toEqual({ row: 1, column: 0 });
    screen.write(view.update(prompt('1234567日本')));
    expect(screen.text).toBe('> 1234567\n日本');
    screen.write(view.print('printed', prompt('1234567日本', 3)));
    expect(screen.text).toBe('printed\n> 1234567\n日本');
    expect(screen.cursor).toEqual({ row: 1, column: 5 });
    screen.write(view.update(prompt('')));
    expect(screen.text).toBe('printed\n>');
  });

  it('shows line breaks as signs', () => {
    const { screen, view } = opened(40);
    screen.write(view.update(prompt('{\n  "a": 1\n}', 1)));
    expect(screen.text).toBe('> {⏎  "a": 1⏎}');
    expect(screen.cursor.column).toBe(3);
  });

  it('shows a part around the cursor of what is too long', () => {
    const text = Array.from({ length: 1000 }, (_, i) => `${i},`).join('');
    for (const cursor of [0, 5, 2000, text.length]) {
      const { screen, view } = opened(20, 6);
      for (let i = 0; i < 8; i++) screen.write(view.print(`line ${i}`, prompt('')));
      screen.write(view.update(prompt(text, cursor)));
      screen.write(view.print('printed', prompt(text, cursor)));
      const rows = screen.text.split('\n').slice(9);
      expect(rows.length).toBeLessThanOrEqual(3);
      const shown = rows.join('').slice(2);
      expect(shown.length).toBeGreaterThan(30);
      expect(shown.startsWith('…')).toBe(cursor > 10);
      expect(shown.endsWith('…')).toBe(cursor < text.length);
      expect(text).toContain(shown.replaceAll('…', ''));
    }
  });

  it('survives another width', () => {
    const screen = new Screen(20);
    const view = new PromptView();
    screen.write(view.resize({ columns: 20, rows: 24 }, prompt('')));
    screen.write(view.print('printed', prompt('a short line')));
    // The terminal itself breaks no row here, so nothing moved.
    screen.write(view.resize({ columns: 60, rows: 30 }, prompt('a short line')));
    expect(screen.text).toBe('printed\n> a short line');
    // Two rows, the first of which the terminal breaks into two when it gets narrower.
    screen.write(view.resize({ columns: 20, rows: 24 }, prompt('0123456789012345678901')));
    expect(view.resize({ columns: 10, rows: 24 }, prompt('')).split('\u001b').slice(0, 3)).toEqual(['', '[2A\r', '[J']);
  });

  it('never leaves anything behind, whatever is typed and printed', () => {
    const random = randomGenerator(3);
    const pieces = ['a', 'bc ', '日', '😀', 'e\u0301', '\n', '👨‍👩‍👧', '0123456789'];
    for (let run = 0; run < 60; run++) {
      const columns = 4 + random(30);
      const { screen, view } = opened(columns);
      const printed: string[] = [];
      let text = '';
      for (let i = 0; i < 25; i++) {
        text = random(4) === 0 ? text.slice(0, random(text.length + 1)).replace(/\p{Surrogate}$/u, '') : text + pieces[random(pieces.length)]!;
        const cursor = [0, text.length][random(2)]!;
        if (random(3) === 0) {
          printed.push('x'.repeat(random(4)));
          screen.write(view.print(printed.at(-1)!, prompt(text, cursor)));
        } else {
          screen.write(view.update(prompt(text, cursor)));
        }
        const { rows, cursorRow, cursorColumn } = layOut(prompt(text, cursor), columns, 12);
        for (const { width } of rows) expect(width).toBeLessThanOrEqual(columns);
        expect(screen.cursor).toEqual({ row: printed.length + cursorRow, column: cursorColumn });
        expect(screen.text.split('\n').slice(0, printed.length).join('\n').trimEnd()).toBe(printed.join('\n').trimEnd());
        expect(screen.text.split('\n').length).toBeLessThanOrEqual(printed.length + rows.length);
      }
    }
  });
});
