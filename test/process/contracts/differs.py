#!/usr/bin/env python3
"""Does not do the same on all nodes, where its users tell it so: which node it is on, it knows from the order of the keys."""
import json, os, struct, sys

args = json.load(sys.stdin)
index = sorted(args['unl']).index(args['public_key'])

def send(fd, text):
    os.writev(fd, [struct.pack('>I', len(text)), text.encode()])

for fd, *inputs in args['users'].values():
    for offset, size in inputs:
        word = os.pread(args['user_in_fd'], size, offset).decode()
        with open('words.txt', 'a') as words: words.write(word + '\n')
        if word.startswith('one state') and index == 1: open('differs.txt', 'a').write('here only\n')
        if word == 'some states' and index in (1, 3): open('differs.txt', 'a').write(f'{index} only\n')
        if word == 'all states': open('differs.txt', 'w').write(str(index))
        send(fd, f'got {word}' + (str(index) if word == 'all outputs' or (word in ('one state and output', 'one output') and index == 1) or (word == 'some outputs' and index in (1, 3)) else ''))
print(f"run {args['lcl_seq_no']}", flush=True)
