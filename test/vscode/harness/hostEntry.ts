// The first module of a test run inside the extension host of code-server: sends what the tests print to code.ts, then runs them.
import { connect, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { format } from 'node:util';
import { OUTPUT_VARIABLE, TESTS_VARIABLE } from './testOutput';

interface TestModule {
  run(): Promise<void>;
}

export async function run(): Promise<void> {
  const output = await connected(variable(OUTPUT_VARIABLE));
  redirect(output);
  try {
    // An absolute path that is known only now; the bundler leaves it alone.
    const tests = require(variable(TESTS_VARIABLE)) as TestModule; // eslint-disable-line @typescript-eslint/no-require-imports
    await tests.run();
  } catch (error) {
    output.write(`${error instanceof Error ? error.message : String(error)}\n`);
    throw error;
  } finally {
    await new Promise<void>((resolve) => output.end(resolve));
  }
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** VS Code has locked the methods, with setters that do nothing: the properties that hold them are replaced instead. */
function redirect(output: Socket): void {
  for (const method of ['debug', 'error', 'info', 'log', 'warn']) {
    const value = (...values: unknown[]): void => void output.write(`${format(...values)}\n`);
    Object.defineProperty(console, method, { configurable: true, writable: true, value });
  }
  for (const name of ['stdout', 'stderr']) {
    const stream = new Writable({ decodeStrings: false, write: (text: string, _encoding, done) => void output.write(text, () => done()) });
    Object.defineProperty(process, name, { configurable: true, get: () => stream });
  }
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
