import { closeSync } from 'node:fs';
import type * as Koffi from 'koffi';
import { errorText, HotPocketError } from '../errors';
import { loadKoffi } from './koffi';

/**
 * The few libc calls for which Node.js has no words. Descriptors are blocking and close on exec; close them with
 * fs.closeSync. Calls that make descriptors throw when the system refuses.
 */
export interface NativeSockets {
  /** Two connected ends that keep packet boundaries, with room for at least one packet of 128 KiB each way. */
  packetPair(): [number, number];
  pipe(): { readonly read: number; readonly write: number };
  /** Writing to this end of a pipe from now on fails with EAGAIN where it would wait; the other end stays as it is. */
  neverWait(fd: number): void;
  /** Something can be read from it without waiting; not its end. */
  hasData(fd: number): boolean;
  /** Keeps a descriptor from programs started later. */
  closeOnExec(fd: number): void;
  /** One packet into `buffer`, without waiting. Its length, which may be 0, and is 0 too once the other end is closed. */
  receive(fd: number, buffer: Buffer): number | 'blocked' | 'closed';
  /** One packet, whole or not at all, without waiting. */
  send(fd: number, packet: Uint8Array): 'sent' | 'blocked' | 'closed';
}

interface Constants {
  readonly packetSocket: number;
  readonly closeOnExec: number;
  readonly dontWait: number;
  /** O_NONBLOCK. */
  readonly nonBlocking: number;
  readonly socketLevel: number;
  readonly sendBuffer: number;
  readonly receiveBuffer: number;
}

const LINUX: Constants = {
  packetSocket: 5, closeOnExec: 0x80000, dontWait: 0x40, nonBlocking: 0x800, socketLevel: 1, sendBuffer: 7, receiveBuffer: 8,
};
// macOS has no SOCK_SEQPACKET for local sockets; datagrams keep boundaries too. It has no flag for close-on-exec either.
const DARWIN: Constants = {
  packetSocket: 2, closeOnExec: 0, dontWait: 0x80, nonBlocking: 0x4, socketLevel: 0xffff, sendBuffer: 0x1001, receiveBuffer: 0x1002,
};

const AF_UNIX = 1;
const F_SETFD = 2;
const F_SETFL = 4;
const FD_CLOEXEC = 1;
const POLLIN = 1;
// Two of the largest packets. The system may grant less; macOS would give a datagram 2 KiB if it was not asked.
const BUFFER_BYTES = 2 * 131_072;

let loaded: NativeSockets | HotPocketError<'NATIVE_CHANNELS_UNAVAILABLE'> | undefined;

/** Loads koffi and libc on first use. Throws NATIVE_CHANNELS_UNAVAILABLE, every time, where that does not work. */
export function nativeSockets(): NativeSockets {
  loaded ??= tryToBind();
  if (loaded instanceof HotPocketError) throw loaded;
  return loaded;
}

function tryToBind(): NativeSockets | HotPocketError<'NATIVE_CHANNELS_UNAVAILABLE'> {
  try {
    const constants = { linux: LINUX, darwin: DARWIN }[process.platform as string];
    if (!constants) throw new Error(`${process.platform} has no packet sockets.`);
    const koffi = loadKoffi();
    if (!koffi) throw new Error('The library koffi could not be loaded.');
    return bind(koffi, constants);
  } catch (error) {
    return new HotPocketError('NATIVE_CHANNELS_UNAVAILABLE', { problem: errorText(error) }, { cause: error });
  }
}

function bind(koffi: typeof Koffi, c: Constants): NativeSockets {
  const libc = koffi.load(null);
  const declare = (definition: string) => libc.func(definition) as (...args: (number | number[] | Uint8Array | string)[]) => number;
  const socketpair = declare('int socketpair(int, int, int, _Out_ int *)');
  const setsockopt = declare('int setsockopt(int, int, int, const int *, uint32_t)');
  const fcntl = declare('int fcntl(int, int, ...)');
  const recv = declare('intptr_t recv(int, uint8_t *, size_t, int)');
  const send = declare('intptr_t send(int, const uint8_t *, size_t, int)');
  const poll = declare('int poll(uint8_t *, unsigned long, int)');
  const pipe = c.closeOnExec ? declare('int pipe2(_Out_ int *, int)') : declare('int pipe(_Out_ int *)');
  const pipeFlags = c.closeOnExec ? [c.closeOnExec] : [];

  const { EAGAIN, ENOBUFS, ECONNRESET } = koffi.os.errno;
  const question = Buffer.alloc(8);

  const closeOnExec = (fd: number): void => void fcntl(fd, F_SETFD, 'int', FD_CLOEXEC);

  function pair(call: string, make: (fds: [number, number]) => number): [number, number] {
    const fds: [number, number] = [-1, -1];
    if (make(fds) !== 0) throw refused(koffi, call);
    if (!c.closeOnExec) fds.forEach(closeOnExec);
    return fds;
  }

  return {
    packetPair() {
      const fds = pair('socketpair', (out) => socketpair(AF_UNIX, c.packetSocket | c.closeOnExec, 0, out));
      for (const fd of fds) {
        for (const option of [c.sendBuffer, c.receiveBuffer]) {
          if (setsockopt(fd, c.socketLevel, option, [BUFFER_BYTES], 4) === 0) continue;
          const error = refused(koffi, 'setsockopt');
          fds.forEach((f) => closeSync(f));
          throw error;
        }
      }
      return fds;
    },

    pipe() {
      const [read, write] = pair('pipe', (out) => pipe(out, ...pipeFlags));
      return { read, write };
    },

    neverWait: (fd) => void fcntl(fd, F_SETFL, 'int', c.nonBlocking),

    hasData(fd) {
      // struct pollfd: the descriptor, the events that are asked for, those that are there.
      question.writeInt32LE(fd, 0);
      question.writeInt16LE(POLLIN, 4);
      question.writeInt16LE(0, 6);
      return poll(question, 1, 0) > 0 && (question.readInt16LE(6) & POLLIN) !== 0;
    },

    closeOnExec,

    receive(fd, buffer) {
      let length = recv(fd, buffer, buffer.length, c.dontWait);
      // A peer that closed with unread packets leaves this behind, once, in front of what it had sent before.
      if (length < 0 && koffi.errno() === ECONNRESET) length = recv(fd, buffer, buffer.length, c.dontWait);
      if (length >= 0) return length;
      return koffi.errno() === EAGAIN ? 'blocked' : 'closed';
    },

    send(fd, packet) {
      if (send(fd, packet, packet.length, c.dontWait) >= 0) return 'sent';
      const errno = koffi.errno();
      return errno === EAGAIN || errno === ENOBUFS ? 'blocked' : 'closed';
    },
  };
}

function refused(koffi: typeof Koffi, call: string): Error {
  const errno = koffi.errno();
  const code = Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
  return Object.assign(new Error(`${call} failed (${code})`), { code, errno: -errno });
}
