import { afterEach, describe, expect, it } from 'vitest';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { openUserPort, RawUser, type TestPort } from '../../support/userPort';

/** Read requests that run until the test lets them end. */
class HeldReads {
  readonly started: string[] = [];
  private readonly release = new Map<string, (outputs: Buffer[] | undefined) => void>();

  readonly read = (_pubkey: string, _protocol: string, content: Uint8Array): Promise<Buffer[] | undefined> => {
    const name = Buffer.from(content).toString().slice(0, 8).trim();
    this.started.push(name);
    return new Promise((resolve) => this.release.set(name, resolve));
  };

  end(name: string, ...outputs: string[]): void {
    this.release.get(name)?.(outputs.map((text) => Buffer.from(text)));
  }
}

const open: TestPort[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((p) => p.server.close()));
});

async function port(concurrentReadRequests: number): Promise<TestPort & { reads: HeldReads }> {
  const reads = new HeldReads();
  const opened = await openUserPort({ config: { concurrentReadRequests }, handlers: { read: reads.read } });
  open.push(opened);
  return { ...opened, reads };
}

const ask = (user: RawUser, ...contents: string[]): void => contents.forEach((content) => user.say({ type: 'contract_read_request', id: `id ${content.slice(0, 8).trim()}`, content }));
/** Resolves when the server has handled all that was said before. */
const settled = async (user: RawUser): Promise<void> => {
  user.say({ type: 'lcl' });
  expect(await user.nextJson()).toMatchObject({ type: 'lcl_response' });
};

describe('read requests', () => {
  it('are answered output by output, under the id of the request', async () => {
    const { url, reads } = await port(4);
    const user = await RawUser.connect(url);
    ask(user, 'a', 'b');
    await settled(user);
    reads.end('b', '{"n":1}', 'two');
    expect((await user.next()).data.toString()).toBe('{"type":"contract_read_response","reply_for":"id b","content":{"n":1}}');
    expect((await user.next()).data.toString()).toBe('{"type":"contract_read_response","reply_for":"id b","content":"two"}');
    reads.end('a');
    await settled(user);
  });

  it('run one more at a time than configured, the others wait their turn', async () => {
    const { url, reads } = await port(2);
    const [one, two] = [await RawUser.connect(url), await RawUser.connect(url)];
    ask(one, 'a', 'b');
    await settled(one);
    ask(two, 'c', 'd', 'e');
    await settled(two);
    expect(reads.started).toEqual(['a', 'b', 'c']);
    reads.end('b', 'x');
    expect(await one.nextJson()).toMatchObject({ reply_for: 'id b' });
    await expect.poll(() => reads.started).toEqual(['a', 'b', 'c', 'd']);
    reads.end('a', 'x');
    reads.end('d', 'x');
    await expect.poll(() => reads.started).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('of a user who is gone are not started any more', async () => {
    const { url, reads, server } = await port(1);
    const [one, two] = [await RawUser.connect(url), await RawUser.connect(url)];
    ask(one, 'a', 'b', 'c', 'd');
    await settled(one);
    ask(two, 'e');
    await settled(two);
    one.socket.terminate();
    await expect.poll(() => server.connectedUsers().length).toBe(1);
    reads.end('a', 'for nobody');
    await expect.poll(() => reads.started).toEqual(['a', 'b', 'e']);
    reads.end('b');
    reads.end('e', 'x');
    expect(await two.nextJson()).toMatchObject({ reply_for: 'id e' });
    expect(reads.started).toEqual(['a', 'b', 'e']);
  });

  it('are ignored without a word when they are switched off', async () => {
    const { url, reads } = await port(0);
    const user = await RawUser.connect(url);
    ask(user, 'a');
    await settled(user);
    expect(reads.started).toEqual([]);
  });

  it('that are malformed are told so, unlike those that cannot be run', async () => {
    const { url } = await port(1);
    const user = await RawUser.connect(url);
    user.say({ type: 'contract_read_request', id: 'x', content: { not: 'a string' } });
    expect(await user.nextJson()).toEqual({ type: 'contract_input_status', status: 'rejected', reason: 'bad_msg_format', input_hash: '' });
  });

  it('wait in a queue that is bounded by bytes', async () => {
    const { url, reads, log } = await port(1);
    const user = await RawUser.connect(url, 'json', generateKeyPair());
    const large = ' '.repeat(4 * 1024 * 1024);
    for (let i = 0; i < 19; i++) {
      ask(user, `r${i}`.padEnd(8) + large);
      await settled(user);
    }
    // Two run, fifteen fit into the 64 MiB, and the last two found no room.
    expect(log.filter((line) => line === 'wrn Failed to enqueue read request.')).toHaveLength(2);
    expect(reads.started).toEqual(['r0', 'r1']);
    for (let i = 0; i < 17; i++) {
      await expect.poll(() => reads.started.at(-1)).toBe(`r${Math.min(i + 1, 16)}`);
      reads.end(`r${i}`);
    }
    ask(user, 'last');
    await expect.poll(() => reads.started.at(-1)).toBe('last');
  });
});
