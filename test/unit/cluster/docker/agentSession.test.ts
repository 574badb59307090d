import { Duplex, type Writable } from 'node:stream';
import type Docker from 'dockerode';
import { expect, it } from 'vitest';
import { AgentSession, type AgentEvents } from '../../../../src/cluster/docker/debug/agentSession';
import { encode, FrameReader, type Frame } from '../../../../src/cluster/docker/debug/frames';
import type { FromAgent } from '../../../../src/cluster/docker/debug/protocol';

const ORDER = { runs: 'both', rounds: 'all', program: '/opt/mein prögramm/node', hook: { name: 'hook.cjs', source: '' }, argvPrefix: [], undebugged: [] } as const;
const AGENT = Buffer.from('the agent, über stdin');

/** An exec in a container whose other end is the test; Docker's own framing of the two streams is left out. */
function open(events: Partial<AgentEvents> = {}) {
  let heard = Buffer.alloc(0);
  const stream: Duplex = new Duplex({ read: () => undefined, write: (chunk: Buffer, _encoding, done) => ((heard = Buffer.concat([heard, chunk])), done()) });
  const demuxStream = (from: Duplex, stdout: Writable): unknown => from.on('data', (chunk: Buffer) => stdout.write(chunk));
  const docker = { modem: { demuxStream }, getContainer: () => ({ exec: () => Promise.resolve({ start: () => Promise.resolve(stream) }) }) } as unknown as Docker;
  const session = AgentSession.open(docker, { node: 2, container: 'id', order: ORDER, agent: AGENT }, { waiting: () => undefined, ended: () => undefined, ...events });
  /** What was sent after the agent itself. */
  const frames = (): Frame[] => new FrameReader().push(heard.subarray(4 + AGENT.length));
  const say = (message: FromAgent): unknown => stream.push(encode({ kind: 'message', message }));
  return { stream, session, frames, say, program: () => heard.subarray(4, 4 + AGENT.length).toString(), length: () => heard.readUInt32BE(0) };
}
const waiting: FromAgent = { type: 'waiting', process: { run: 3, pid: 9, path: '/a b ü', cwd: '/x', kind: 'read', inputs: 0, age: 1 } };

it('sends the agent its program and its order', async () => {
  const { session, say, program, length, frames } = open();
  await expect.poll(frames).toHaveLength(1);
  say({ type: 'armed' });
  (await session).dispose();
  expect([length(), program(), frames()]).toEqual([AGENT.length, AGENT.toString(), [{ kind: 'message', message: { type: 'arm', order: ORDER } }]]);
});

it.each<[FromAgent, string, RegExp]>([
  [{ type: 'busy' }, 'DEBUG_NODE_BUSY', /2/],
  [{ type: 'failed', problem: 'its image has no möunt' }, 'DEBUG_CONTAINER_REFUSED', /its image has no möunt/],
])('says why a node is not debugged: %j', async (message, code, text) => {
  const { session, say } = open();
  setImmediate(() => say(message));
  await expect(session).rejects.toMatchObject({ code, message: expect.stringMatching(text) as string });
});

it.each<[string, Buffer]>([
  ['an unknown frame', Buffer.from('Segmentation fault\n')],
  ['a message that is none', encode({ kind: 'message', message: null })],
  ['a process that waits nowhere', encode({ kind: 'message', message: { type: 'waiting' } })],
])('ends when %s comes from the container', async (_what, bytes) => {
  const { session, say, stream } = open();
  setImmediate(() => say({ type: 'armed' }));
  const armed = await session;
  stream.push(bytes);
  await armed.closed;
  expect(stream.destroyed).toBe(true);
});

it('is refused when that comes in the place of an answer', async () => {
  const { session, stream } = open();
  setImmediate(() => stream.push(Buffer.from('OCI runtime exec failed\n')));
  await expect(session).rejects.toMatchObject({ code: 'DEBUG_CONTAINER_REFUSED' });
});

it('tells of processes that wait, with a port of this machine', async () => {
  const addresses: string[] = [];
  const { session, say, frames } = open({ waiting: ({ run }, address) => addresses.push(`${run} ${new URL(address).host.replace(/\d+$/, 'port')}`) });
  setImmediate(() => say({ type: 'armed' }));
  const armed = await session;
  say(waiting);
  await expect.poll(() => addresses).toEqual(['3 127.0.0.1:port']);
  armed.dispose();
  expect(frames().slice(1)).toEqual([]);
});
