import { closeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nativeSockets } from '../../../src/base/native/sockets';
import { PacketChannel } from '../../../src/node/contract/packetChannel';
import { key, PYTHON, Workplace } from '../../support/contracts/harness';
import type { ContractRun } from '../../../src/node/contract/types';

describe('packet channels', () => {
  let fds: [number, number];
  let open: Set<number>;
  beforeEach(() => {
    fds = nativeSockets().packetPair();
    open = new Set(fds);
  });
  afterEach(() => open.forEach((fd) => closeSync(fd)));

  const close = (fd: number): void => {
    open.delete(fd);
    closeSync(fd);
  };
  const channel = (fd: number, heard: Buffer[] = []): PacketChannel => new PacketChannel(nativeSockets(), fd, (packet) => void heard.push(packet));

  it('keep the boundaries of packets, of the largest too', () => {
    const heard: Buffer[] = [];
    const packets = [Buffer.from('a'), Buffer.alloc(131_072, 1), Buffer.from('bc')];
    channel(fds[0]).send(...packets);
    channel(fds[1], heard).pump();
    expect(heard).toEqual(packets);
  });

  it('never wait: what does not fit goes later, in order', () => {
    const heard: Buffer[] = [];
    const [sender, receiver] = [channel(fds[0]), channel(fds[1], heard)];
    const packets = Array.from({ length: 40 }, (_, i) => Buffer.alloc(131_072, i));
    sender.send(...packets);
    expect(sender.waiting).toBeGreaterThan(0);
    for (let i = 0; i < 40; i++) [receiver, sender].forEach((c) => c.pump());
    expect(sender.waiting).toBe(0);
    expect(heard.map((packet) => packet[0])).toEqual(packets.map((_, i) => i));
  });

  it.skipIf(process.platform !== 'linux')('pass over empty packets and know the end', () => {
    const heard: Buffer[] = [];
    const [sender, receiver] = [channel(fds[0]), channel(fds[1], heard)];
    const flood = Array.from({ length: 300 }, () => Buffer.alloc(0));
    sender.send(...flood, Buffer.from('after'));
    for (let i = 0; i < 100; i++) [receiver, sender].forEach((c) => c.pump());
    sender.send(Buffer.from('last'));
    close(fds[0]);
    receiver.pump();
    expect(heard.map(String)).toEqual(['after', 'last']);
    receiver.send(Buffer.from('to nobody'));
    expect(receiver.waiting).toBe(0);
  });

  it('hear what was sent before the other end closed with packets unread', () => {
    const heard: Buffer[] = [];
    const [here, there] = [channel(fds[0], heard), channel(fds[1])];
    here.send(Buffer.from('unread'));
    there.send(Buffer.from('words'), Buffer.from('more'));
    close(fds[1]);
    here.pump();
    expect(heard.map(String)).toEqual(['words', 'more']);
  });
});

describe.skipIf(!PYTHON)('NPL of a contract', () => {
  let place: Workplace;
  beforeEach(() => void (place = new Workplace()));
  afterEach(() => place.remove());

  it('carries messages of every size there and back', async () => {
    const messages = [1, 66, 4096, 131_071, 131_072, 131_072, 131_072, 131_072, 2].map((size, i) => Buffer.alloc(size, i + 1));
    const heard: Buffer[] = [];
    const run: ContractRun = place.start({ program: { binPath: PYTHON, binArgs: `${place.use('nplEcho.py')} ${messages.length}` } }, {
      npl: (data) => {
        if (heard.push(Buffer.from(data)) === 1) for (const message of messages) run.deliverNpl(key(7), message);
      },
    });
    expect(await run.done).toMatchObject({ exitCode: 0 });
    expect(String(heard.shift())).toBe('ready');
    expect(heard.map((m) => [m.length, m[0]])).toEqual(messages.map((m) => [m.length, m[0]]));
  });

  it('delivers what came before the contract first read', async () => {
    const heard: string[] = [];
    const run = place.start({ program: { binPath: PYTHON, binArgs: `${place.use('nplEcho.py')} 1000` } }, { npl: (data) => void heard.push(Buffer.from(data).toString()) });
    for (let i = 0; i < 1000; i++) run.deliverNpl(key(i), Buffer.from(`message ${i}`));
    expect(await run.done).toMatchObject({ exitCode: 0 });
    expect(heard).toEqual(['ready', ...Array.from({ length: 1000 }, (_, i) => `message ${i}`)]);
  });

  it('drops what a contract that does not read would pile up, and says so once', async () => {
    const run = place.start({ program: { binPath: '/bin/sleep', binArgs: '30' } });
    for (let i = 0; i < 3000; i++) run.deliverNpl(key(1), Buffer.from('x'));
    run.kill();
    await run.done;
    expect(place.log.filter((line) => line.includes('NPL'))).toEqual([expect.stringMatching(/^wrn CONTRACT_NPL_UNREAD: .* 1023 are waiting\./)]);
  });

  it('neither delivers empty nor oversized messages', async () => {
    const heard: string[] = [];
    const run = place.start({ program: { binPath: PYTHON, binArgs: `${place.use('nplEcho.py')} 1` } }, { npl: (data) => void heard.push(Buffer.from(data).toString()) });
    run.deliverNpl(key(1), Buffer.alloc(0));
    run.deliverNpl(key(1), Buffer.alloc(131_073));
    run.deliverNpl(key(1), Buffer.from('fine'));
    await run.done;
    expect(heard).toEqual(['ready', 'fine']);
  });

  it('hears all that was written before the end', async () => {
    const heard: number[] = [];
    await place.run({ program: { binPath: PYTHON, binArgs: `${place.use('nplSend.py')} 0 ${'10 '.repeat(150)}` } }, { npl: (data) => void heard.push(data[0] ?? -1) });
    expect(heard).toEqual(Array.from({ length: 150 }, (_, i) => i));
  });

  it('drops what exceeds npl_output_bytes, and says so once', async () => {
    const heard: number[] = [];
    const program = { binPath: PYTHON, binArgs: `${place.use('nplSend.py')} 0 40 60 1 1 50`, limits: { nplOutputBytes: 100 } };
    const result = await place.run({ program }, { npl: (data) => void heard.push(data.length) });
    expect(heard).toEqual([40, 60]);
    expect(result.exitCode).toBe(0);
    expect(place.log).toEqual([expect.stringMatching(/^wrn CONTRACT_NPL_LIMIT: .* 100 bytes /)]);
  });
});
