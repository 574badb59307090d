# Tells the first user which descriptors are open, as what, and whether any of them does not block.
import fcntl, json, os, stat, sys

args = json.load(sys.stdin)
fds = {}
for name in os.listdir('/proc/self/fd'):
    fd = int(name)
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        continue
    kind = 'pipe' if stat.S_ISFIFO(mode) else 'socket' if stat.S_ISSOCK(mode) else 'file' if stat.S_ISREG(mode) else 'other'
    fds[fd] = [kind, bool(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK)]
report = {'fds': fds, 'args': args, 'env': dict(os.environ), 'cwd': os.getcwd(), 'group': os.getpgrp() == os.getpid(), 'ids': [os.getuid(), os.getgid()],
          'input': os.fstat(args['user_in_fd']).st_nlink}
out = next(iter(args['users'].values()))[0]
body = json.dumps(report).encode()
os.write(out, len(body).to_bytes(4, 'big') + body)
