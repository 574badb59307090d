/** What a key does, by its name; or text that was typed or pasted. */
export type Key = { readonly name: KeyName } | { readonly name: 'text'; readonly text: string };

export type KeyName =
  | 'enter' | 'left' | 'right' | 'wordLeft' | 'wordRight' | 'home' | 'end' | 'up' | 'down'
  | 'backspace' | 'delete' | 'deleteWord' | 'deleteToStart' | 'deleteToEnd' | 'interrupt' | 'endOfInput' | 'clearScreen';

const ESC = '\u001b';
const PASTE_BEGIN = `${ESC}[200~`;
const PASTE_END = `${ESC}[201~`;

const sequences: Readonly<Record<string, KeyName>> = {
  '[D': 'left', OD: 'left', '[C': 'right', OC: 'right', '[A': 'up', OA: 'up', '[B': 'down', OB: 'down',
  '[H': 'home', OH: 'home', '[1~': 'home', '[7~': 'home', '[F': 'end', OF: 'end', '[4~': 'end', '[8~': 'end', '[3~': 'delete',
  '[1;5D': 'wordLeft', '[1;3D': 'wordLeft', b: 'wordLeft', '[1;5C': 'wordRight', '[1;3C': 'wordRight', f: 'wordRight', '\u007f': 'deleteWord',
};

const control = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) - 96);
const controls: Readonly<Record<string, KeyName>> = {
  '\r': 'enter', '\n': 'enter', '\b': 'backspace', '\u007f': 'backspace',
  [control('a')]: 'home', [control('b')]: 'left', [control('c')]: 'interrupt', [control('d')]: 'endOfInput', [control('e')]: 'end', [control('f')]: 'right',
  [control('k')]: 'deleteToEnd', [control('l')]: 'clearScreen', [control('n')]: 'down', [control('p')]: 'up', [control('u')]: 'deleteToStart', [control('w')]: 'deleteWord',
};

const CONTROL = /\p{Cc}/u;
/** A control sequence without its escape: CSI, SS3, or a letter with Alt. */
const SEQUENCE = /^(?:\[[0-9;?]*[@-~]|O[@-~]|[^[O])/u;
const UNFINISHED = /^(?:\[[0-9;?]*|O)$/u;

/** Reads what a terminal sends when keys are pressed and text is pasted. */
export class KeyReader {
  private pasting = false;
  /** The beginning of what goes on in the next piece. */
  private unfinished = '';

  read(data: string): Key[] {
    const keys: Key[] = [];
    let rest = this.unfinished + data;
    this.unfinished = '';
    while (rest !== '') rest = this.pasting ? this.paste(rest, keys) : this.key(rest, keys);
    return keys;
  }

  private paste(data: string, keys: Key[]): string {
    const end = data.indexOf(PASTE_END);
    const cut = end >= 0 ? end : data.length - beginningOf(PASTE_END, data);
    const text = pastedText(data.slice(0, cut));
    if (text !== '') keys.push({ name: 'text', text });
    if (end < 0) {
      this.unfinished = data.slice(cut);
      return '';
    }
    this.pasting = false;
    return data.slice(end + PASTE_END.length);
  }

  private key(data: string, keys: Key[]): string {
    if (data.startsWith(PASTE_BEGIN)) {
      this.pasting = true;
      return data.slice(PASTE_BEGIN.length);
    }
    if (data.startsWith(ESC)) return this.sequence(data.slice(ESC.length), keys);
    const name = controls[data[0] ?? ''];
    if (name) keys.push({ name });
    const next = data.search(CONTROL);
    if (next === 0) return data.slice(1);
    const text = next < 0 ? data : data.slice(0, next);
    keys.push({ name: 'text', text });
    return data.slice(text.length);
  }

  private sequence(data: string, keys: Key[]): string {
    if (UNFINISHED.test(data)) {
      this.unfinished = ESC + data;
      return '';
    }
    const [found = ''] = SEQUENCE.exec(data) ?? [];
    const name = sequences[found];
    if (name) keys.push({ name });
    return data.slice(found.length);
  }
}

/** Lines end as they do in files; other control characters have no place in text. */
function pastedText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\t/g, '  ').replace(/\p{Cc}/gu, (character) => (character === '\n' ? character : ''));
}

/** How many characters at the end of `data` may be the beginning of `mark`. */
function beginningOf(mark: string, data: string): number {
  for (let length = Math.min(mark.length - 1, data.length); length > 0; length--) if (data.endsWith(mark.slice(0, length))) return length;
  return 0;
}
