import type { L10n } from '../model/words';
import { bell, bracketedPaste, clearAll } from './ansi';
import { parseLine, type CommandName } from './consoleLine';
import { Conversation, type ConversationHost } from './conversation';
import { History } from './history';
import { Identity } from './identity';
import { KeyReader } from './keyReader';
import type { KeyStore } from './keyStore';
import { LineEditor, type Edit } from './lineEditor';
import type { Prompt } from './promptLayout';
import { PromptView } from './promptView';
import { Transcript } from './transcript';

const LABEL = '> ';

/** Everything a console needs of what it runs in. */
export interface ConsoleHost extends Omit<ConversationHost, 'print'> {
  readonly node: number;
  readonly l10n: L10n;
  readonly keys: KeyStore;
  /** Whether this console begins with the key that is kept. */
  readonly beginsKept: boolean;
  readonly history: readonly string[];
  /** Keeps a line for consoles to come. */
  remember(line: string): void;
  write(data: string): void;
  /** The user wants the console to end. */
  end(): void;
}

interface Size { readonly columns: number; readonly rows: number }

/** The console of a client: a line is typed at its end, and what happens is printed above it. */
export class ClientConsole {
  private readonly reader = new KeyReader();
  private readonly view = new PromptView();
  private readonly editor: LineEditor;
  private readonly transcript: Transcript;
  private readonly conversation: Conversation;
  private closed = false;

  constructor(private readonly host: ConsoleHost) {
    this.editor = new LineEditor(new History(host.history));
    this.transcript = new Transcript(host.l10n);
    const { find, loadClient, accepted, keys, beginsKept } = host;
    const print = (text: string): void => this.print(text);
    this.conversation = new Conversation({ find, loadClient, accepted, print }, new Identity(keys, beginsKept), this.transcript);
  }

  /** True while the user is the one whose key is kept. */
  get usesKept(): boolean {
    return this.conversation.identity.kept;
  }

  open(size: Size | undefined): void {
    this.host.write(bracketedPaste(true));
    if (size) this.host.write(this.view.resize(size, this.prompt));
    this.print(this.transcript.greeting(this.host.node));
    this.perform(() => this.conversation.connect());
  }

  resize(size: Size): void {
    this.host.write(this.view.resize(size, this.prompt));
  }

  /** What the terminal sends when keys are pressed. */
  input(data: string): void {
    for (const key of this.reader.read(data)) this.follow(this.editor.press(key));
    if (!this.closed) this.host.write(this.view.update(this.prompt));
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.conversation.close();
  }

  private get prompt(): Prompt {
    return { label: LABEL, text: this.editor.text, cursor: this.editor.cursor };
  }

  private print(text: string): void {
    if (!this.closed) this.host.write(this.view.print(text, this.prompt));
  }

  private follow(edit: Edit): void {
    switch (edit.kind) {
      case 'entered':
        this.host.remember(edit.text);
        return this.enter(edit.text);
      case 'clearScreen':
        return this.clear();
      case 'end':
        return this.host.end();
      case 'full':
        return this.host.write(bell);
      case 'cleared':
      case 'none':
    }
  }

  private enter(text: string): void {
    const line = parseLine(text);
    switch (line.kind) {
      case 'input':
        return this.perform(() => this.conversation.submit(line.text));
      case 'read':
        return this.perform(() => this.conversation.read(line.text));
      case 'unknown':
        return this.print(this.transcript.unknownCommand(line.name));
      case 'command':
        this.print(this.transcript.command(text));
        return this.perform(() => this.command(line.name, line.argument));
    }
  }

  private async command(name: CommandName, argument: string): Promise<void> {
    const { conversation, transcript } = this;
    switch (name) {
      case 'status':
        return this.print(transcript.status(await conversation.status(), conversation.identity.publicKey ?? ''));
      case 'ledger':
        return this.showLedger(argument);
      case 'key':
        return this.changeKey(argument);
      case 'protocol':
        return this.changeProtocol(argument);
      case 'reconnect':
        return conversation.connect();
      case 'clear':
        return this.clear();
      case 'help':
        return this.print(transcript.help());
      case 'quit':
        return this.host.end();
    }
  }

  private async showLedger(argument: string): Promise<void> {
    if (!/^\d{0,15}$/.test(argument)) return this.print(this.transcript.usage('/ledger [number]'));
    const view = await this.conversation.ledger(argument === '' ? undefined : Number(argument));
    this.print(view ? this.transcript.ledger(view) : this.transcript.noLedger(argument));
  }

  private async changeKey(argument: string): Promise<void> {
    const { identity } = this.conversation;
    if (argument === 'new' || argument === 'kept') {
      identity.become(argument);
      await this.conversation.connect();
    } else if (argument === '' && identity.publicKey !== undefined) {
      this.print(this.transcript.key(identity.publicKey, identity.kept));
    } else {
      this.print(this.transcript.usage('/key [new|kept]'));
    }
  }

  private async changeProtocol(argument: string): Promise<void> {
    if (argument === 'json' || argument === 'bson') await this.conversation.connect(argument);
    else this.print(argument === '' ? this.transcript.protocol(this.conversation.protocol) : this.transcript.usage('/protocol json|bson'));
  }

  private clear(): void {
    this.host.write(clearAll + this.view.redraw(this.prompt));
  }

  private perform(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.print(this.transcript.failed(error)));
  }
}
