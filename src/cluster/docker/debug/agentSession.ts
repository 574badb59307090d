import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Writable, type Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { HotPocketError } from '../../../base/errors';
import { Doors } from './doors';
import { FrameReader, encode, type Frame } from './frames';
import { AGENT_MARK, BEAT_MS, type AgentOrder, type FromAgent, type ToAgent, type WaitingProcess } from './protocol';

/** Reads a program of so many bytes from stdin, runs it, and leaves the rest of stdin to it. */
const LOADER = `/* ${AGENT_MARK} */
const { readSync } = require('fs');
const read = (length) => {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    let got;
    try { got = readSync(0, bytes, at, length - at); } catch (error) { if (error.code !== 'EAGAIN') throw error; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); continue; }
    if (got === 0) process.exit(1);
    at += got;
  }
  return bytes;
};
new Function('require', read(read(4).readUInt32BE(0)).toString())(require);`;

/** A container that is busy starting contracts answers later. */
const ARMED_WITHIN_MS = 20_000;
const UNDONE_WITHIN_MS = 12_000;
const COMPLAINT_LENGTH = 500;

export interface AgentEvents {
  waiting(process: WaitingProcess, address: string): void;
  ended(run: number): void;
}

export interface AgentPlan {
  readonly node: number;
  /** Id of its container. */
  readonly container: string;
  readonly order: AgentOrder;
  /** The bundled agent. */
  readonly agent: Buffer;
}

/** One life of the agent in a node's container, over the stdio of a `docker exec`: nothing depends on the addresses or files of containers. */
export class AgentSession {
  private readonly reader = new FrameReader();
  private readonly doors: Doors;
  private readonly beat: NodeJS.Timeout;
  private complaint = '';
  private answered: (message: FromAgent) => void = () => undefined;
  /** It is gone, or the connection to it. */
  readonly closed: Promise<void>;

  private constructor(docker: Docker, private readonly stream: Duplex, private readonly events: AgentEvents) {
    this.doors = new Doors({ send: (frame) => this.send(frame), drained: async () => void (await Promise.race([once(stream, 'drain').catch(() => undefined), this.closed])) });
    const stdout = new Writable({ write: (chunk: Buffer, _encoding, done) => (this.hear(chunk), done()) });
    const stderr = new Writable({ write: (chunk: Buffer, _encoding, done) => ((this.complaint = (this.complaint + chunk.toString()).slice(-COMPLAINT_LENGTH)), done()) });
    docker.modem.demuxStream(stream, stdout, stderr);
    this.beat = setInterval(() => this.say({ type: 'beat' }), BEAT_MS);
    this.closed = new Promise((resolve) => stream.on('end', resolve).on('close', resolve).on('error', () => resolve()));
    void this.closed.then(() => this.dispose());
  }

  /** Resolves when the node is armed. Throws DEBUG_NODE_BUSY and DEBUG_CONTAINER_REFUSED. */
  static async open(docker: Docker, { node, container, order, agent }: AgentPlan, events: AgentEvents): Promise<AgentSession> {
    const exec = await docker.getContainer(container).exec({
      Cmd: [order.program, '-e', LOADER],
      AttachStdin: true, AttachStdout: true, AttachStderr: true,
      User: '0', WorkingDir: '/', Privileged: true,
    });
    const session = new AgentSession(docker, await exec.start({ hijack: true, stdin: true }), events);
    const answer = new Promise<FromAgent>((resolve) => (session.answered = resolve));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(agent.length, 0);
    session.stream.write(Buffer.concat([length, agent]));
    session.say({ type: 'arm', order });
    const message = await Promise.race([answer, session.closed, sleep(ARMED_WITHIN_MS, undefined, { ref: false })]);
    if (message?.type === 'armed') return session;
    session.dispose();
    if (message?.type === 'busy') throw new HotPocketError('DEBUG_NODE_BUSY', { node });
    const problem = (message?.type === 'failed' ? message.problem : session.complaint.trim()) || 'its agent did not answer';
    throw new HotPocketError('DEBUG_CONTAINER_REFUSED', { node, problem });
  }

  letGo(run: number): void {
    this.say({ type: 'letGo', run });
  }

  /** Resolves when the container is as it was before. */
  async end(): Promise<void> {
    this.say({ type: 'end' });
    await Promise.race([this.closed, sleep(UNDONE_WITHIN_MS, undefined, { ref: false })]);
    this.dispose();
  }

  /** Without waiting for anything; the agent undoes all when it hears nothing more. */
  dispose(): void {
    clearInterval(this.beat);
    this.doors.dispose();
    this.stream.destroy();
  }

  private hear(chunk: Buffer): void {
    try {
      for (const frame of this.reader.push(chunk)) {
        if (frame.kind === 'message') this.hearMessage(frame.message as FromAgent);
        else this.doors.hear(frame);
      }
    } catch (error) {
      // Something else in the container wrote there. The agent undoes all by itself.
      this.complaint = (error as Error).message;
      this.dispose();
    }
  }

  private hearMessage(message: FromAgent): void {
    if (message.type === 'waiting') {
      const { process } = message;
      void this.doors.open(process.run, process.path).then((address) => this.events.waiting(process, address), () => this.letGo(process.run));
    } else if (message.type === 'ended') {
      this.doors.close(message.run);
      this.events.ended(message.run);
    } else this.answered(message);
  }

  private say(message: ToAgent): void {
    this.send({ kind: 'message', message });
  }

  private send(frame: Frame): boolean {
    return this.stream.writable ? this.stream.write(encode(frame)) : true;
  }
}
