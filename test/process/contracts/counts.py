#!/usr/bin/env python3
# Leaves a line for each run, with what its users sent. Also changes files in all ways that there are, and its configuration when told to.
import json
import os
import shutil
import sys

args = json.load(sys.stdin)
if args["readonly"]:
    sys.exit()
ledger = args["lcl_seq_no"]
inputs = [os.pread(args["user_in_fd"], size, offset).decode() for _, *ranges in args["users"].values() for offset, size in ranges]
with open("runs.txt", "a") as runs:
    runs.write(f"{ledger}:{','.join(sorted(inputs))}\n")
with open("large.bin", "r+b" if os.path.exists("large.bin") else "w+b") as large:
    large.truncate(5 << 20)
    large.seek(ledger % 5 << 20)
    large.write(b"%d" % ledger)
shutil.rmtree(f"folder{ledger - 1}", ignore_errors=True)
os.makedirs(f"folder{ledger}/deep")
os.symlink("nowhere", f"folder{ledger}/link")
with open(f"folder{ledger}/deep/file", "w") as file:
    file.write("x" * ledger)
os.chmod(f"folder{ledger}/deep", 0o500)
if "patch" in inputs:
    with open("../patch.cfg") as old:
        patch = json.load(old)
    patch["environment"] = {"PATCHED": str(ledger)}
    with open("../patch.cfg", "w") as new:
        json.dump(patch, new)
