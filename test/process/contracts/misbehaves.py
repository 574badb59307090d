#!/usr/bin/env python3
"""Answers each input, and then does what a contract should not: the word after the program's name says what in every round, an input what in its own."""
import json, os, shutil, signal, struct, subprocess, sys, time

args = json.load(sys.stdin)
outs = [user[0] for user in args['users'].values()]

def send(fd, data): os.writev(fd, [struct.pack('>I', len(data)), data])

def write(fd, data):
    while data: data = data[os.write(fd, data):]

def loop():
    while True: pass

def flood_console():
    while True: write(1, b'the same line again\n' * 4096)

def flood_users():
    for fd in outs:
        try:
            while True: write(fd, struct.pack('>I', 1 << 20) + b'z' * (1 << 20))
        except OSError: pass

def flood_npl():
    for number in range(3000): os.write(args['npl_fd'], b'%06d' % number + b'n' * 10_000)

def daemon():
    subprocess.Popen(['/bin/sh', '-c', 'sleep 0.3; echo late > late.txt; sleep 600'], start_new_session=True)

def change_modes():
    os.chmod('words.txt', 0)
    os.makedirs('folder', exist_ok=True)
    open('folder/file', 'w').write('x')
    os.chmod('folder', 0)
    os.chmod('.', 0)

def write_outside():
    open('../stray.txt', 'w').write('outside')
    open('../../stray.txt', 'w').write('outside')
    open('../patch.cfg', 'w').write('nonsense')

def leave_oddities():
    for name in ('pipe', 'link', 'loop'):
        if os.path.lexists(name): os.remove(name)
    os.mkfifo('pipe')
    os.symlink('/etc/passwd', 'link')
    os.symlink('loop', 'loop')

deeds = {
    'loop': loop,
    'sleep': lambda: time.sleep(600),
    'memory': lambda: [bytearray(50 << 20) for _ in range(100)],
    'child': lambda: subprocess.Popen(['/bin/sleep', '600']),
    'daemon': daemon,
    'close': lambda: os.closerange(0, 100),
    'flood console': flood_console,
    'flood users': flood_users,
    'cut output': lambda: [write(fd, struct.pack('>I', 100) + b'half') for fd in outs],
    'flood npl': flood_npl,
    'exit 3': lambda: os._exit(3),
    'crash': lambda: os.kill(os.getpid(), signal.SIGSEGV),
    'delete program': lambda: os.remove('misbehaves.py'),
    'delete state': lambda: shutil.rmtree('../state'),
    'modes': change_modes,
    'outside': write_outside,
    'oddities': leave_oddities,
    'delete around': lambda: [shutil.rmtree(f'../../{name}', ignore_errors=True) for name in ('blocks', 'manifests', 'ro', 'tmp')],
}

words = []
for fd, *inputs in args['users'].values():
    for offset, size in inputs:
        words.append(os.pread(args['user_in_fd'], size, offset).decode())
        send(fd, f'got {words[-1]}'.encode())
if words and not args['readonly']: open('words.txt', 'a').write(''.join(f'{word}\n' for word in words))
for word in [' '.join(sys.argv[1:]), *words]: deeds.get(word, lambda: None)()
