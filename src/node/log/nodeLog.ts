import type { Clock } from '../../base/clock';
import { formatLogLine, isLogged, type LogLevel } from '../../hotpocket/logLine';
import { LogFile } from './logFile';
import { TextWriter } from './textWriter';

export interface NodeLogOptions {
  /** The node's log folder; made if it is missing. */
  readonly dir: string;
  /** The least severe level that is logged. */
  readonly level: LogLevel;
  readonly loggers: readonly ('console' | 'file')[];
  /** Size of a file in MiB, and how many there are at most. Zero means no limit. */
  readonly maxMbytesPerFile: number;
  readonly maxFileCount: number;
  /** Gives the time stamps, so it has to be the wall clock. */
  readonly clock: Clock;
}

const STDOUT = 1;
const STDERR = 2;

/**
 * The log of a node (reference 2.1). Lines are written synchronously, because the contract writes to the same console by
 * itself and the order should tell what happened when. No method throws: a node does not stop for a full disk.
 */
export class NodeLog {
  private readonly stdout = new TextWriter();
  private readonly stderr = new TextWriter();
  private readonly file: LogFile | undefined;
  private consoleIsOpen: boolean;
  private readonly complaints = new Set<string>();

  private constructor(private readonly options: NodeLogOptions) {
    const { dir, loggers, maxMbytesPerFile, maxFileCount } = options;
    this.consoleIsOpen = loggers.includes('console');
    this.file = loggers.includes('file') ? new LogFile(dir, maxMbytesPerFile * 1024 * 1024, maxFileCount) : undefined;
  }

  static open(options: NodeLogOptions): NodeLog {
    return new NodeLog(options);
  }

  dbg(message: string): void {
    this.log('dbg', message);
  }

  inf(message: string): void {
    this.log('inf', message);
  }

  wrn(message: string): void {
    this.log('wrn', message);
  }

  err(message: string): void {
    this.log('err', message);
  }

  /** What hpcore prints outside its log, such as configuration errors: to stderr, as it is, whatever the level and loggers. */
  raw(text: string): void {
    this.stderr.write(STDERR, text.endsWith('\n') ? text : `${text}\n`);
  }

  close(): void {
    this.file?.close();
  }

  private log(level: LogLevel, message: string): void {
    if (!isLogged(level, this.options.level)) return;
    const line = `${formatLogLine(new Date(this.options.clock.now()), level, message)}\n`;
    this.toConsole(line);
    this.toFile(line);
  }

  private toConsole(line: string): void {
    if (!this.consoleIsOpen) return;
    const problem = this.stdout.write(STDOUT, line);
    if (problem === undefined) return;
    // Nobody will ever read from there again.
    if (problem === 'EPIPE' || problem === 'EBADF' || problem === 'EIO') this.consoleIsOpen = false;
    this.complainOnce(`The log cannot be written to standard output (${problem}).`);
  }

  private toFile(line: string): void {
    const problem = this.file?.write(line);
    if (this.file && problem !== undefined) this.complainOnce(`The log cannot be written to ${this.file.path} (${problem}). The node goes on.`);
  }

  private complainOnce(text: string): void {
    if (this.complaints.has(text)) return;
    this.complaints.add(text);
    this.raw(text);
  }
}
