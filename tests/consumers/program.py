"""Runs the program as a user does, measures it, and keeps count of what was checked."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown")
# Findings depend on the day; the examples are written for this one.
TODAY = "2026-11-25"
# A run that has not ended by then hangs.
HANG_SECONDS = 20.0


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


@dataclass(frozen=True)
class Program:
    """The program under test, and where its runs keep what they print."""

    path: Path
    scratch: Path

    def run(
        self,
        *arguments: str | bytes | os.PathLike,
        cwd: Path,
        user: int | None = None,
        environment: dict[str, str] | None = None,
    ) -> Ran:
        """Runs it without standard input, and with nothing of the caller's environment but the way to git.

        The memory is the largest resident size. Linux carries over the size of the process that started it, so the
        number is never below that of this interpreter."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.scratch), "LANG": "C.UTF-8"} | (environment or {})
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            begin = time.monotonic()
            process = subprocess.Popen(
                [self.path, *arguments],
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
            timer = threading.Timer(HANG_SECONDS, process.kill)
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - begin
            timer.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            cpu = usage.ru_utime + usage.ru_stime
            return Ran(process.returncode, out.read(), err.read(), wall, cpu, usage.ru_maxrss)

    def check(self, *arguments: str | bytes | os.PathLike, cwd: Path, **how) -> Ran:
        return self.run("check", "--today", TODAY, "--lang", "en", *arguments, cwd=cwd, **how)


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
