#!/usr/bin/env python3
# Writes noise to every descriptor that a contract has: right frames, wrong ones, and such that never end. The seed is the ledger's number, so all nodes write the same.
import json
import os
import random
import socket
import struct
import sys

args = json.load(sys.stdin)
noise = random.Random(args["lcl_seq_no"] if not args["readonly"] else 0)


def piece():
    kind = noise.randrange(6)
    if kind == 0:
        return noise.randbytes(noise.randrange(200))
    if kind == 1:
        return b'{"type":"peer_changeset","add":["' + noise.randbytes(4) + b'"],"remove":"x"}'
    if kind == 2:
        return struct.pack(">I", noise.choice([0, 1, 2**31, 2**32 - 1])) + noise.randbytes(8)
    if kind == 3:
        body = noise.choice([b"{oops}", b'"\xff"', b"[1,", b"007", b"", b"true", noise.randbytes(50)])
        return struct.pack(">I", len(body)) + body
    if kind == 4:
        return b"\x1b[2J\r\n" * noise.randrange(20) + b"\xf0\x9f"
    return b"[" * noise.randrange(2000)


def packets(fd, count):
    with socket.socket(fileno=os.dup(fd)) as channel:
        channel.setblocking(False)
        for _ in range(count):
            try:
                channel.send(piece())
            except OSError:
                return


for fd in [args["control_fd"]] + ([] if args["readonly"] else [args["npl_fd"]]):
    packets(fd, 20)
for _, inputs in sorted(args["users"].items()):
    for _ in range(noise.randrange(5)):
        try:
            os.write(inputs[0], piece())
        except OSError:
            break
for fd in (1, 2):
    os.write(fd, piece())
