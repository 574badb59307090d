"""Answers inputs in capitals, with nothing but the standard library."""
import json
import os
import struct
import sys

args = json.load(sys.stdin)
print(f"run {args['lcl_seq_no']} of {args['contract_id']}", flush=True)
for key, (out, *inputs) in args["users"].items():
    for offset, size in inputs:
        text = os.pread(args["user_in_fd"], size, offset).decode()
        answer = text.upper().encode()
        os.write(out, struct.pack(">I", len(answer)) + answer)
        with open("said.txt", "a") as said:
            said.write(f"{text}\n")
