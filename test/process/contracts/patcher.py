#!/usr/bin/env python3
"""Changes its configuration as its users tell it to, without a library, and says what is in force."""
import json, os, sys

args = json.load(sys.stdin)
# Python's own addition.
os.environ.pop('LC_CTYPE', None)
if args['readonly']:
    sys.exit()

unl = ' '.join(key[2:10] for key in args['unl'])
active = sum(1 for node in args['unl'].values() if node['active_on'] > 0)
print(f"run {args['lcl_seq_no']} with {' '.join(sys.argv[1:])} and {json.dumps(dict(sorted(os.environ.items())))} unl {unl} active {active}", flush=True)

def merge(into, change):
    for name, value in change.items():
        if isinstance(value, dict) and name != 'environment': merge(into[name], value)
        else: into[name] = value

for _, *inputs in args['users'].values():
    for offset, size in inputs:
        text = os.pread(args['user_in_fd'], size, offset).decode()
        if text == 'invalid':
            patch = {'version': '1'}
        else:
            patch = json.load(open('../patch.cfg'))
            merge(patch, json.loads(text))
        with open('../patch.cfg', 'w') as file: json.dump(patch, file, indent=4)
