import { expect, it } from 'vitest';
import { DebuggerLines } from '../../../src/node/debug/debuggerLines';
import { NodeJsProvider } from '../../../src/debug/nodejs';

const { announcement } = new NodeJsProvider('/hook.js').recipe();
const LISTENING = 'Debugger listening on ws://127.0.0.1:43567/0f2c936f-b1cd-4ac9-aab3-f63b0f33d55e\nFor help, see: https://nodejs.org/en/docs/inspector\nDebugger attached.\n';
const LEAVING = 'Waiting for the debugger to disconnect...\n';

function parted(chunks: readonly (string | Buffer)[]): { readonly passed: string[]; readonly addresses: string[] } {
  const passed: string[] = [];
  const addresses: string[] = [];
  const lines = new DebuggerLines(announcement, (bytes) => passed.push(bytes.toString()), (address) => addresses.push(address));
  for (const chunk of chunks) lines.push(Buffer.from(chunk));
  lines.end();
  return { passed, addresses };
}

const text = (chunks: readonly (string | Buffer)[]): string => parted(chunks).passed.join('');

it('takes out what the debugger causes, however it is cut', () => {
  const whole = `${LISTENING}my own line\n\nDebugger: not yours\n${LEAVING}`;
  for (let at = 0; at <= whole.length; at++) {
    const { passed, addresses } = parted([whole.slice(0, at), whole.slice(at)]);
    expect([passed.join(''), addresses]).toEqual(['my own line\n\nDebugger: not yours\n', ['ws://127.0.0.1:43567/0f2c936f-b1cd-4ac9-aab3-f63b0f33d55e']]);
  }
  expect(text([...whole])).toBe('my own line\n\nDebugger: not yours\n');
});

it('passes on what is not finished, at once', () => {
  const passed: string[] = [];
  const lines = new DebuggerLines(announcement, (bytes) => passed.push(bytes.toString()), () => undefined);
  lines.push(Buffer.from('Password: '));
  expect(passed).toEqual(['Password: ']);
  lines.push(Buffer.from('Deb'));
  lines.push(Buffer.from('ug\nDeb'));
  expect(passed.join('')).toBe('Password: Debug\n');
  lines.end();
  expect(passed.join('')).toBe('Password: Debug\nDeb');
});

it('knows the debugger behind an unfinished line', () => {
  expect(text(['no newline', LEAVING])).toBe('no newline');
});

it('leaves any bytes as they are', () => {
  const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7) % 256));
  const passed: Buffer[] = [];
  const lines = new DebuggerLines(announcement, (chunk) => passed.push(chunk), () => undefined);
  for (let i = 0; i < bytes.length; i += 3) lines.push(bytes.subarray(i, i + 3));
  lines.end();
  expect(Buffer.concat(passed)).toEqual(bytes);
});
