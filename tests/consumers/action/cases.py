"""Runs every case and prints one line for each: `cases.py [WORD]`, where WORD picks the cases that name it. The program
and the folder to work in come from the environment: TILLIT and SCRATCH.

A case is a function whose name begins with `case_`. Its doc string is what must hold; it raises AssertionError if
that does not."""

from __future__ import annotations

import sys
import traceback

import end_to_end
import lint
import stage


def main() -> int:
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    counts = {"ok": 0, "FAILED": 0}
    for module in (lint, end_to_end):
        for name, case in vars(module).items():
            if not name.startswith("case_") or word not in name:
                continue
            outcome, reason = "ok", ""
            try:
                case(stage.SCRATCH / name)
            except Exception:
                outcome, reason = "FAILED", traceback.format_exc()[-4000:]
            counts[outcome] += 1
            print(outcome.ljust(6), case.__doc__, reason, sep="  ", flush=True)
    print(f"{counts['ok']} passed, {counts['FAILED']} failed")
    return 1 if counts["FAILED"] or not counts["ok"] else 0


if __name__ == "__main__":
    sys.exit(main())
