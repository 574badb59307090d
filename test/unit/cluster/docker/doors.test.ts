import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { deferred, type Deferred } from '../../../../src/client/deferred';
import { Doors } from '../../../../src/cluster/docker/debug/doors';
import type { Frame } from '../../../../src/cluster/docker/debug/frames';

const PATH = '/0a1b2c3d-inspector';
let doors: Doors;
let sent: Frame[];
/** Whether the agent's stdin takes more. */
let takes: boolean;
let drained: Deferred<void>;
const debuggers: WebSocket[] = [];

beforeEach(() => {
  [sent, takes, drained] = [[], true, deferred()];
  doors = new Doors({ send: (frame) => (sent.push(frame), takes), drained: () => drained.promise });
});
afterEach(() => {
  for (const debuggerOf of debuggers.splice(0)) debuggerOf.terminate();
  doors.dispose();
});

interface Visitor {
  readonly socket: WebSocket;
  readonly heard: string[];
  readonly closed: Promise<void>;
}
async function visit(address: string): Promise<Visitor> {
  const socket = new WebSocket(address);
  debuggers.push(socket);
  const heard: string[] = [];
  socket.on('message', (bytes: Buffer, isBinary) => heard.push(isBinary ? 'binary' : bytes.toString()));
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { socket, heard, closed };
}
const texts = (): string[] => sent.flatMap((frame) => (frame.kind === 'data' ? [`${frame.stream}: ${frame.bytes.toString()}`] : []));
const kinds = (): string[] => sent.map(({ kind }) => kind);

describe('a port for a process that waits', () => {
  it('is one of this machine alone, and only for who knows the path', async () => {
    const address = await doors.open(7, PATH);
    expect(address).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/0a1b2c3d-inspector$/);
    for (const path of ['/', '/json/list', `${PATH}x`]) await expect(visit(address.replace(PATH, path))).rejects.toThrow();
    expect(sent).toEqual([]);
  });

  it('passes messages both ways, as they are, to the debugger they are for', async () => {
    const address = await doors.open(7, PATH);
    const [one, two] = [await visit(address), await visit(address)];
    expect(sent).toEqual([{ kind: 'open', stream: 1, run: 7 }, { kind: 'open', stream: 2, run: 7 }]);
    two.socket.send('{"id":1,"url":"file:///Mein Vertrag ü/日本.js"}');
    await expect.poll(texts).toEqual(['2: {"id":1,"url":"file:///Mein Vertrag ü/日本.js"}']);
    doors.hear({ kind: 'data', stream: 1, bytes: Buffer.from('{"ü":1}') });
    doors.hear({ kind: 'data', stream: 9, bytes: Buffer.from('for nobody') });
    await expect.poll(() => one.heard).toEqual(['{"ü":1}']);
    expect(two.heard).toEqual([]);
  });

  it('tells when a debugger leaves, and lets go one whose process closed the connection, which is not told', async () => {
    const address = await doors.open(7, PATH);
    const [one, two] = [await visit(address), await visit(address)];
    one.socket.close();
    await expect.poll(() => sent.at(-1)).toEqual({ kind: 'close', stream: 1 });
    doors.hear({ kind: 'close', stream: 2 });
    doors.hear({ kind: 'close', stream: 2 });
    await two.closed;
    expect(kinds()).toEqual(['open', 'open', 'close']);
  });

  it('stays for the next when a debugger breaks off, or somebody comes who is none', async () => {
    const address = await doors.open(7, PATH);
    const one = await visit(address);
    one.socket.terminate();
    await expect.poll(kinds).toEqual(['open', 'close']);
    // No WebSocket at all.
    const stranger = connect(Number(new URL(address).port), '127.0.0.1');
    const gone = new Promise((resolve) => stranger.once('close', resolve));
    stranger.end('hello\r\n\r\n');
    stranger.resume();
    await gone;
    expect(kinds()).toEqual(['open', 'close']);
    await visit(address);
  });

  it('takes nothing more from a debugger until the agent can', async () => {
    const one = await visit(await doors.open(7, PATH));
    takes = false;
    one.socket.send('first');
    await expect.poll(texts).toEqual(['1: first']);
    one.socket.send('second');
    await new Promise((resolve) => one.socket.ping(() => setTimeout(resolve, 50)));
    expect(texts()).toEqual(['1: first']);
    takes = true;
    drained.resolve();
    await expect.poll(texts).toEqual(['1: first', '1: second']);
  });

  it('is closed when the process is gone, and no other', async () => {
    const addresses = [await doors.open(7, PATH), await doors.open(8, PATH)] as const;
    const [one, two] = [await visit(addresses[0]), await visit(addresses[1])];
    doors.close(7);
    doors.close(7);
    await one.closed;
    await expect(visit(addresses[0])).rejects.toThrow();
    two.socket.send('still there');
    await expect.poll(texts).toEqual(['2: still there']);
    doors.dispose();
    await two.closed;
    expect(kinds()).toEqual(['open', 'open', 'data']);
  });
});
