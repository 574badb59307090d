# Writes to the first user what the state's file `writes` says, a list of [hex, pause in ms], until nobody listens.
import json, os, sys, time

args = json.load(sys.stdin)
out = next(iter(args['users'].values()))[0]
for data, pause in json.load(open('writes')):
    data = bytes.fromhex(data)
    while data:
        try:
            data = data[os.write(out, data):]
        except BrokenPipeError:
            open('broken', 'w').close()
            sys.exit()
    time.sleep(pause / 1000)
