"""Runs once in every round, on every node, with the inputs that the nodes agreed on; and for each read request."""
import json
import os
import struct
import sys

from answer import answer


def main():
    arguments = json.load(sys.stdin)
    for out, *inputs in arguments["users"].values():
        for offset, size in inputs:
            send(out, answer(os.pread(arguments["user_in_fd"], size, offset)))


def send(out, message):
    # HotPocket wants the length and the message in one piece.
    os.write(out, struct.pack(">I", len(message)) + message)


main()
