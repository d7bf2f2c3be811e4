"""Starts programs and measures them: an order a line on standard input, what it took a line on standard output.

This is a process of its own because Linux counts the memory of whoever starts a program as the program's. It reads no
reports, and so stays small."""

import json
import os
import subprocess
import sys
import threading
import time

# As shells say it.
NOT_STARTED = 126

for line in sys.stdin:
    order = json.loads(line)
    with open(order["out"], "wb") as out, open(order["err"], "wb") as err:
        begin = time.monotonic()
        try:
            process = subprocess.Popen(
                order["arguments"],
                cwd=order["folder"],
                env=order["environment"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                user=order["user"],
                group=order["user"],
                extra_groups=None if order["user"] is None else [],
            )
        except OSError as error:
            err.write(str(error).encode())
            print(json.dumps([NOT_STARTED, 0, 0, 0]), flush=True)
            continue
        timer = threading.Timer(order["seconds"], process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    took = [process.returncode, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]
    print(json.dumps(took), flush=True)
