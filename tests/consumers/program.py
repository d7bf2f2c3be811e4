"""Runs the program as a user does, measures it, and keeps count of what was checked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown")
# Findings depend on the day; the examples are written for this one.
TODAY = "2026-11-25"
# A run that has not ended by then hangs.
HANG_SECONDS = 10.0
# The exit code of a program that could not be started.
NOT_STARTED = 126


@dataclass(frozen=True)
class Ran:
    """How a run ended, and what it took."""

    code: int
    out: bytes
    err: bytes
    wall: float
    cpu: float
    kib: int

    def json(self) -> dict:
        return json.loads(self.out)


class Program:
    """The program under test, and a folder for what its runs print."""

    def __init__(self, path: Path, scratch: Path) -> None:
        self.path = path
        self.scratch = scratch
        self.out, self.err = (scratch / f"{name}-{os.getpid()}" for name in ("out", "err"))
        launcher = [sys.executable, "-I", Path(__file__).with_name("launcher.py")]
        self.launcher = subprocess.Popen(launcher, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *arguments: str | bytes | Path, cwd: Path, user: int | None = None) -> Ran:
        """Runs it without standard input, and with nothing of the caller's environment but the way to git."""
        order = {
            "arguments": [os.fsdecode(argument) for argument in (self.path, *arguments)],
            "folder": str(cwd),
            "environment": {"PATH": os.environ["PATH"], "HOME": str(self.scratch), "LANG": "C.UTF-8"},
            "user": user,
            "seconds": HANG_SECONDS,
            "out": str(self.out),
            "err": str(self.err),
        }
        self.launcher.stdin.write(json.dumps(order) + "\n")
        self.launcher.stdin.flush()
        code, wall, cpu, kib = json.loads(self.launcher.stdout.readline())
        return Ran(code, self.out.read_bytes(), self.err.read_bytes(), wall, cpu, kib)

    def check(self, *arguments: str | bytes | Path, cwd: Path) -> Ran:
        return self.run("check", "--today", TODAY, "--lang", "en", *arguments, cwd=cwd)


def git(folder: Path, *arguments: str) -> str:
    """Runs git in a folder, as somebody who exists only there."""
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"]
    return subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True, errors="replace"
    ).stdout


class Tally:
    """Counts cases. A case passes when nothing is said against it, and a skipped one says why."""

    def __init__(self, group: str) -> None:
        self.group = group
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    def case(self, name: str, complaints: Iterable[str]) -> None:
        try:
            found = list(complaints)
        except Exception as error:  # What the output makes a reader stumble over is said against it, too.
            found = [f"the check stopped: {type(error).__name__}: {error}"]
        if not found:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAILED {name}")
        for complaint in found[:8]:
            print(f"    {complaint[:600]}")
        if len(found) > 8:
            print(f"    … and {len(found) - 8} more")

    def skip(self, name: str, why: str) -> None:
        self.skipped += 1
        print(f"SKIPPED {name}: {why}")

    def close(self) -> int:
        """Prints the closing line; the exit code says whether all is well. No case at all is not."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.group}: {self.passed} passed, {self.failed} failed{skipped}", flush=True)
        return 1 if self.failed or not self.passed else 0


def same(what: str, found: object, wanted: object) -> Sequence[str]:
    """A complaint when two things that should be the same are not."""
    return [] if found == wanted else [f"{what}: found {found!r}, wanted {wanted!r}"]
