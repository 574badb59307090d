# Sends back every NPL message, with its sender in front, until as many came as the first argument says.
import json, os, sys

args = json.load(sys.stdin)
npl = args['npl_fd']
os.write(npl, b'ready')
for _ in range(int(sys.argv[1])):
    sender = os.read(npl, 131072)
    data = os.read(npl, 131072)
    assert len(sender) == 66, len(sender)
    os.write(npl, data)
