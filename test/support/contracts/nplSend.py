# Sends NPL messages of the sizes given, reads nothing, then waits as many ms as the first argument says.
import json, os, sys, time

args = json.load(sys.stdin)
for i, size in enumerate(sys.argv[2:]):
    os.write(args['npl_fd'], bytes([i % 256]) * int(size))
time.sleep(int(sys.argv[1]) / 1000)
