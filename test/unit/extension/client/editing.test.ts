import { describe, expect, it } from 'vitest';
import { parseLine } from '../../../../src/extension/client/consoleLine';
import { History } from '../../../../src/extension/client/history';
import { KeyReader, type Key } from '../../../../src/extension/client/keyReader';
import { LineEditor } from '../../../../src/extension/client/lineEditor';
import { textWidth } from '../../../../src/extension/client/textWidth';

const ESC = '\u001b';
const ctrl = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) - 96);
const LEFT = `${ESC}[D`;
const RIGHT = `${ESC}[C`;
const UP = `${ESC}[A`;
const DOWN = `${ESC}[B`;
const paste = (text: string): string => `${ESC}[200~${text}${ESC}[201~`;

describe('keys', () => {
  const read = (...pieces: string[]): string[] => {
    const reader = new KeyReader();
    return pieces.flatMap((piece) => reader.read(piece)).map((key) => (key.name === 'text' ? `"${key.text}"` : key.name));
  };

  it('are read as terminals send them', () => {
    expect(read(`a${LEFT}${ESC}OC${ESC}[H${ESC}OF${ESC}[1~${ESC}[4~${ESC}[3~\r`)).toEqual(['"a"', 'left', 'right', 'home', 'end', 'home', 'end', 'delete', 'enter']);
    expect(read(`${ctrl('a')}${ctrl('e')}${ctrl('u')}${ctrl('k')}${ctrl('w')}${ctrl('c')}${ctrl('d')}${ctrl('l')}`))
      .toEqual(['home', 'end', 'deleteToStart', 'deleteToEnd', 'deleteWord', 'interrupt', 'endOfInput', 'clearScreen']);
    expect(read(`${ESC}[1;5D${ESC}[1;5C${ESC}b${ESC}f${ESC}\u007f\u007f\b`)).toEqual(['wordLeft', 'wordRight', 'wordLeft', 'wordRight', 'deleteWord', 'backspace', 'backspace']);
  });

  it('that mean nothing here do nothing', () => {
    expect(read(ESC, 'x', `${ESC}[15~${ESC}[1;2Ay${ESC}Oz`, '\t\u0000')).toEqual(['"x"', '"y"']);
  });

  it('may come in pieces', () => {
    expect(read(`${ESC}[`, '3', '~', `${ESC}O`, 'D')).toEqual(['delete', 'left']);
    expect(read('ä€', '𝒳')).toEqual(['"ä€"', '"𝒳"']);
  });

  it('of a paste are text, whatever is in it', () => {
    expect(read(paste('a\r\nb\tc\rd'))).toEqual(['"a\nb  c\nd"']);
    expect(read(paste(`x${ctrl('c')}${LEFT}`))).toEqual(['"x[D"']);
    expect(read(`${ESC}[200~one`, `two${ESC}[20`, `1~${LEFT}`)).toEqual(['"one"', '"two"', 'left']);
    expect(read(`${ESC}[200~a${ESC}`, `[20`, `0~b`, `${ESC}[201~`)).toEqual(['"a"', '"[200~b"']);
  });
});

describe('the line editor', () => {
  const typed = (data: string, history = new History()): LineEditor => {
    const editor = new LineEditor(history);
    for (const key of new KeyReader().read(data)) editor.press(key);
    return editor;
  };
  /** The line with its cursor as |. */
  const line = (data: string, history?: History): string => {
    const { text, cursor } = typed(data, history);
    return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
  };

  it('moves and edits', () => {
    expect(line(`abc${LEFT}${LEFT}X`)).toBe('aX|bc');
    expect(line(`abc${ctrl('a')}X${ctrl('e')}Y`)).toBe('XabcY|');
    expect(line(`abc${LEFT}${ESC}[3~`)).toBe('ab|');
    expect(line(`one two${ESC}b${ctrl('k')}`)).toBe('one |');
    expect(line(`one two${LEFT}${ctrl('u')}`)).toBe('|o');
    expect(line(`one two  ${ctrl('w')}`)).toBe('one |');
    expect(line(`one two${ctrl('a')}${ESC}f`)).toBe('one| two');
    expect(line(`abc${ctrl('a')}${ctrl('d')}`)).toBe('|bc');
    expect(line(`${LEFT}\u007f${ESC}[3~${ctrl('w')}`)).toBe('|');
    expect(line(`${RIGHT}a${RIGHT}b`)).toBe('ab|');
  });

  it('takes for one character what a reader does', () => {
    expect(line(`a👨‍👩‍👧e\u0301${LEFT}`)).toBe('a👨‍👩‍👧|e\u0301');
    expect(line(`a👨‍👩‍👧e\u0301${LEFT}\u007f`)).toBe('a|e\u0301');
    expect(line(`a👨‍👩‍👧e\u0301${LEFT}${LEFT}${RIGHT}`)).toBe('a👨‍👩‍👧|e\u0301');
    expect(line('日本語\u007f')).toBe('日本|');
  });

  it('gives a line on Enter, a paste of many lines as one, and nothing for blanks', () => {
    const editor = new LineEditor(new History());
    const press = (data: string): string[] => new KeyReader().read(data).map((key: Key) => editor.press(key)).flatMap((edit) => (edit.kind === 'entered' ? [edit.text] : []));
    expect(press('hello\r')).toEqual(['hello']);
    expect(press(`${paste('{\n  "a": 1\n}')}`)).toEqual([]);
    expect(press('\r')).toEqual(['{\n  "a": 1\n}']);
    expect(press('  \r\r')).toEqual([]);
    expect(editor.text).toBe('');
  });

  it('clears on Ctrl+C and ends on Ctrl+D', () => {
    const editor = typed('abc');
    expect(editor.press({ name: 'interrupt' })).toEqual({ kind: 'cleared' });
    expect(editor.text).toBe('');
    expect(editor.press({ name: 'endOfInput' })).toEqual({ kind: 'end' });
  });

  it('refuses what no node would take', () => {
    const editor = typed('abc');
    expect(editor.press({ name: 'text', text: 'x'.repeat(6 * 1024 * 1024) })).toEqual({ kind: 'full' });
    expect(editor.text).toBe('abc');
  });

  it('finds earlier lines, and the one that was being typed', () => {
    const history = new History(['one', 'two']);
    expect(line(`draft${UP}`, history)).toBe('two|');
    expect(line(`draft${UP}${UP}${UP}`, new History(['one', 'two']))).toBe('one|');
    expect(line(`draft${UP}${UP}${DOWN}${DOWN}${DOWN}`, new History(['one', 'two']))).toBe('draft|');
    expect(line(`three\r${UP}`, new History(['one']))).toBe('three|');
  });
});

describe('the history', () => {
  it('is bounded, and keeps a line that is repeated once', () => {
    const history = new History(Array.from({ length: 500 }, (_, i) => `${i}`));
    expect(history.entries).toHaveLength(200);
    history.add('499');
    history.add('500');
    history.add('x'.repeat(20_000));
    expect(history.entries).toHaveLength(200);
    expect(history.entries.slice(-2)).toEqual(['499', '500']);
  });
});

it('columns are counted as the terminal counts them', () => {
  expect(['abc', 'ä', 'e\u0301', '日本', '한', 'ｱ', 'Ａ', '😀', '👨‍👩‍👧', '🇨🇭', '⏎', '…', '–', 'кот'].map(textWidth)).toEqual([3, 1, 1, 4, 2, 1, 2, 2, 6, 2, 1, 1, 1, 3]);
});

it('lines are told apart by how they begin', () => {
  expect(parseLine('{"a":1}')).toEqual({ kind: 'input', text: '{"a":1}' });
  expect(parseLine(' ?x')).toEqual({ kind: 'input', text: ' ?x' });
  expect(parseLine('? {"a":1} ')).toEqual({ kind: 'read', text: '{"a":1} ' });
  expect(parseLine('/read a\nb')).toEqual({ kind: 'read', text: 'a\nb' });
  expect(parseLine('/send /x  y')).toEqual({ kind: 'input', text: '/x  y' });
  expect(parseLine('/ledger  12 ')).toEqual({ kind: 'command', name: 'ledger', argument: '12' });
  expect(parseLine('/quit')).toEqual({ kind: 'command', name: 'quit', argument: '' });
  expect(parseLine('/nothing 1')).toEqual({ kind: 'unknown', name: 'nothing' });
  expect(parseLine('/')).toEqual({ kind: 'unknown', name: '' });
});
