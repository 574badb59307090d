#!/usr/bin/env python3
"""A contract without a library: what it may do depends on the number of its ledger. It says what it finds."""
import json, os, resource, struct, sys, time

args = json.load(sys.stdin)

def send(text):
    for fd, *_ in args['users'].values():
        os.writev(fd, [struct.pack('>I', len(text.encode())), text.encode()])

if args['readonly']:
    said = [str(args['timestamp']), ','.join(sorted(args))]
    for name, flags in (('new.txt', os.O_CREAT | os.O_WRONLY), ('runs.txt', os.O_WRONLY | os.O_APPEND), ('../patch.cfg', os.O_WRONLY | os.O_TRUNC)):
        try:
            fd = os.open(name, flags)
            os.write(fd, b'x')
            said.append('written')
        except OSError as error:
            said.append(os.strerror(error.errno))
    said.append(open('runs.txt').read().strip().replace('\n', ' '))
    print('read request', flush=True)
    send('|'.join(said))
    sys.exit()

number = args['lcl_seq_no']
with open('runs.txt', 'a') as runs:
    runs.write(f'{number}\n')
limits = [resource.getrlimit(which)[0] for which in (resource.RLIMIT_CPU, resource.RLIMIT_DATA, resource.RLIMIT_NOFILE)]
print(f'run {number} as {os.getuid()}:{os.getgid()} limits {limits}', flush=True)
print(f'complaint {number}', file=sys.stderr, flush=True)
if number == 2:
    with open('post_exec.sh', 'w') as script:
        script.write('#!/bin/sh\necho "post $# $1"\necho posted > post.txt\n')
    os.chmod('post_exec.sh', 0o755)
if number == 3:
    # More than a file of the contract log may hold, in one run.
    sys.stdout.write('0123456789abcdef\n' * 70_000)
    sys.stdout.flush()
if number == 4:
    with open('/dev/stdout', 'w') as console: console.write('through /dev/stdout\n')
    os.kill(os.getpid(), 9)
if number == 6:
    patch = json.load(open('../patch.cfg'))
    patch['environment'] = {'Z': 'last', 'A': 'first'}
    patch['round_limits']['proc_cpu_seconds'] = 9
    # Not as HotPocket writes it.
    with open('../patch.cfg', 'w') as file: json.dump(patch, file)
