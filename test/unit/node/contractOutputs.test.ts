import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputFrames } from '../../../src/node/contract/outputFrames';
import { key, PYTHON, user, Workplace } from '../../support/contracts/harness';
import type { RunResult } from '../../../src/node/contract/types';

const frame = (text: string): Buffer => {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([header, Buffer.from(text)]);
};
const texts = (frames: OutputFrames): string[] => frames.messages.map(String);

describe('cutting output into messages', () => {
  const stream = Buffer.concat(['', 'a', 'hello', 'x'.repeat(300)].map(frame));

  it('gives the same messages whatever the size of the reads', () => {
    for (let size = 1; size <= stream.length; size++) {
      const frames = new OutputFrames(0);
      for (let at = 0; at < stream.length; at += size) frames.push(stream.subarray(at, at + size));
      expect(texts(frames)).toEqual(['', 'a', 'hello', 'x'.repeat(300)]);
      expect(frames.truncated).toBe(false);
    }
  });

  it('drops a message that is cut off', () => {
    for (const missing of [1, 299, 303]) {
      const frames = new OutputFrames(0);
      frames.push(stream.subarray(0, stream.length - missing));
      expect(texts(frames)).toEqual(['', 'a', 'hello']);
      expect(frames.truncated).toBe(true);
    }
  });

  it('keeps what lies within the limit, headers counted, however the data arrives', () => {
    const data = Buffer.concat(['1234', '5678', '9'].map(frame));
    const limits: [number, string[], boolean][] = [[21, ['1234', '5678', '9'], false], [20, ['1234', '5678'], true], [16, ['1234', '5678'], true], [15, ['1234'], true], [3, [], true]];
    for (const [limit, kept, exceeded] of limits) {
      for (const size of [1, 7, 21]) {
        const frames = new OutputFrames(limit);
        for (let at = 0; at < data.length; at += size) frames.push(data.subarray(at, at + size));
        expect([texts(frames), frames.exceeded, frames.truncated]).toEqual([kept, exceeded, false]);
      }
    }
  });

  it('holds no more than it was given, whatever a header claims', () => {
    const frames = new OutputFrames(0);
    frames.push(Buffer.from('ffffffff6162', 'hex'));
    expect(texts(frames)).toEqual([]);
    expect(frames.truncated).toBe(true);
  });
});

describe.skipIf(!PYTHON)('output of a contract', () => {
  let place: Workplace;
  beforeEach(() => void (place = new Workplace()));
  afterEach(() => place.remove());

  function write(writes: [data: Buffer, pauseMs: number][], userOutputBytes = 0): Promise<RunResult> {
    place.write('writes', JSON.stringify(writes.map(([data, pause]) => [data.toString('hex'), pause])));
    const program = { binPath: PYTHON, binArgs: place.use('frames.py'), limits: { userOutputBytes } };
    return place.run({ program, context: { users: [user(1)] } });
  }

  it('may be 5 MB in one message', async () => {
    place.write('contract', [
      `#!${PYTHON}`, 'import json, os, sys', 'out = next(iter(json.load(sys.stdin)["users"].values()))[0]', 'data = (5_000_000).to_bytes(4, "big") + b"z" * 5_000_000',
      'while data: data = data[os.write(out, data):]', '',
    ].join('\n'));
    const result = await place.run({ program: { binPath: 'contract' }, context: { users: [user(1)] } });
    expect(result.outputs[0]?.messages[0]?.length).toBe(5_000_000);
  });

  it('may arrive in parts, headers too', async () => {
    const data = frame('hello');
    const result = await write([[data.subarray(0, 2), 15], [data.subarray(2, 6), 15], [Buffer.concat([data.subarray(6), frame('a'), frame('b')]), 0]]);
    expect(result.outputs).toEqual([{ pubkey: key(1), messages: ['hello', 'a', 'b'].map((text) => Buffer.from(text)) }]);
    expect(place.log).toEqual([]);
  });

  it('that ends within a message is kept up to there', async () => {
    const result = await write([[Buffer.concat([frame('whole'), frame('cut off').subarray(0, 8)]), 0]]);
    expect(result.outputs[0]?.messages.map(String)).toEqual(['whole']);
    expect(place.log).toEqual([expect.stringMatching(new RegExp(`^wrn CONTRACT_OUTPUT_CUT: .*: user ${key(1).slice(0, 10)}\\.`))]);
  });

  it('is cut at the limit, and the contract learns that nobody listens', async () => {
    const one = frame('x'.repeat(36));
    const result = await write(Array.from({ length: 500 }, () => [one, 10]), 100);
    expect(result.outputs[0]?.messages).toHaveLength(2);
    expect(place.log).toEqual([expect.stringMatching(new RegExp(`^wrn CONTRACT_OUTPUT_LIMIT: .* 100 bytes to a user .*: user ${key(1).slice(0, 10)}\\.`))]);
    expect(existsSync(join(place.stateDir, 'broken'))).toBe(true);
  });

  it('is bounded where no limit is set, so that a flood is no flood of memory', async () => {
    place.write('contract', [
      `#!${PYTHON}`, 'import json, os, sys', 'out = next(iter(json.load(sys.stdin)["users"].values()))[0]', 'data = ((1 << 20).to_bytes(4, "big") + b"z" * (1 << 20))',
      'try:', '  while True:', '    rest = data', '    while rest: rest = rest[os.write(out, rest):]', 'except OSError: open("broken", "w")', '',
    ].join('\n'));
    const result = await place.run({ program: { binPath: 'contract' }, context: { users: [user(1)] } });
    expect(result.outputs[0]?.messages).toHaveLength(63);
    expect(place.log).toEqual([expect.stringMatching(/^wrn CONTRACT_OUTPUT_LIMIT: .* 64 MiB to its users /)]);
    expect(existsSync(join(place.stateDir, 'broken'))).toBe(true);
  });

  it('survives a crash right after it was written', async () => {
    place.write('contract', `#!${PYTHON}\nimport json, os, sys\nout = next(iter(json.load(sys.stdin)["users"].values()))[0]\nos.write(out, b"\\0\\0\\0\\2hi" * 20000)\nos.kill(os.getpid(), 9)\n`);
    const result = await place.run({ program: { binPath: 'contract' }, context: { users: [user(1)] } });
    expect(result.signal).toBe('SIGKILL');
    expect(result.outputs[0]?.messages).toHaveLength(20_000);
  });
});
