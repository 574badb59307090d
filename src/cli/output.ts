import type { WriteStream } from 'node:tty';
import type { HotPocketError } from '../base/errors';

const colours = { blue: 34, green: 32, yellow: 33, red: 31 } as const;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;
const DEFAULT_WIDTH = 80;
const CLEAR_LINE = '\r\x1b[K';

type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;

/** What the user sees. hpdevkit's colours; colours and movement only on a terminal, and none if NO_COLOR is set. */
export class Output {
  private step: { text: string; readonly timer: NodeJS.Timeout } | undefined;

  constructor(private readonly stdout: Stream, private readonly stderr: Stream, private readonly env: NodeJS.ProcessEnv) {}

  /** Columns of the terminal. */
  get width(): number {
    return this.stdout.columns ?? DEFAULT_WIDTH;
  }

  /** The text in a colour, where there are colours. */
  coloured(colour: keyof typeof colours, text: string): string {
    return this.paint(this.stdout, colour, text);
  }

  /** As it is, without a newline added. */
  text(text: string): void {
    this.finishStep();
    this.stdout.write(text);
  }

  line(line: string): void {
    this.text(`${line}\n`);
  }

  info(line: string): void {
    this.line(this.paint(this.stdout, 'blue', line));
  }

  success(line: string): void {
    this.line(this.paint(this.stdout, 'green', line));
  }

  warning({ code, message, remedy }: Pick<HotPocketError, 'message' | 'remedy'> & { readonly code: string }): void {
    this.finishStep();
    this.stderr.write(`${this.paint(this.stderr, 'yellow', `warning: ${message}`)} [${code}]\n  ${remedy}\n`);
  }

  error({ code, message, remedy }: HotPocketError): void {
    this.finishStep();
    this.stderr.write(`${this.paint(this.stderr, 'red', message)} [${code}]\n${remedy}\n`);
  }

  /** Something that takes a while begins; it is shown as going on until something else is shown. */
  progress(text: string): void {
    this.finishStep();
    if (!this.isLively(this.stdout)) {
      this.stdout.write(`${text}\n`);
      return;
    }
    let frame = 0;
    const draw = (): void => void this.stdout.write(`${CLEAR_LINE}${FRAMES[frame++ % FRAMES.length]} ${step.text}`);
    const step = { text, timer: setInterval(draw, FRAME_MS).unref() };
    draw();
    this.step = step;
  }

  /** What goes on has come to another point; shown only where things can move. */
  progressed(text: string): void {
    if (this.step) this.step.text = text;
  }

  finishStep(): void {
    if (!this.step) return;
    clearInterval(this.step.timer);
    this.stdout.write(`${CLEAR_LINE}${this.step.text}\n`);
    this.step = undefined;
  }

  private paint(stream: Stream, colour: keyof typeof colours, text: string): string {
    return this.isLively(stream) ? `\x1b[${colours[colour]}m${text}\x1b[0m` : text;
  }

  private isLively(stream: Stream): boolean {
    return stream.isTTY === true && !this.env.NO_COLOR && this.env.TERM !== 'dumb';
  }
}
