"""What is wrong with an output, whatever was put in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from attacks import MARK
from paths import SECRET
from program import HANG_SECONDS, Ran
from readers import due, github, gitlab, junit, markdown, report, safe, sarif
from readers.place import Checked
from workflow_commands import commands

MOST_SECONDS = 2.0
MOST_KIB = 256 * 1024
# A report may be long, a message may not.
MOST_MESSAGE = 100_000
PANIC = (b"panicked at", b"RUST_BACKTRACE", b"overflowed its stack", b"memory allocation of")


def complaints(kind: str, ran: Ran, checked: Checked | None) -> Iterator[str]:
    """Complaints about one output. `checked` is the same input in the JSON report, where there is one."""
    if ran.code not in (0, 1, 2):
        yield f"ended with {ran.code}"
    yield from (f"{word.decode()} on standard error" for word in PANIC if word in ran.err)
    # Time of the processor, so that a busy machine is no finding.
    if ran.wall > HANG_SECONDS:
        yield f"did not end within {HANG_SECONDS} s"
    if ran.cpu > MOST_SECONDS:
        yield f"took {ran.cpu:.1f} s"
    if ran.kib > MOST_KIB:
        yield f"took {ran.kib >> 10} MiB"
    if len(ran.err) > MOST_MESSAGE:
        yield f"says {len(ran.err)} bytes on standard error"
        return
    if SECRET.encode() in ran.out + ran.err or b"root:x:" in ran.out + ran.err:
        yield "shows what lies outside the checkout"
    # Lines of a calendar end with CRLF.
    output = ran.out.replace(b"\r\n", b"\n") if kind == "due ics" else ran.out
    for name, stream in (("output", output), ("standard error", ran.err)):
        for complaint in safe.complaints(stream, colour="colour" in kind):
            yield f"{name}: {complaint}"
    streams = ran.err if kind == "github" else ran.out + b"\n" + ran.err
    yield from (f"a command for a runner: {line[:200]!r}" for line in commands(streams))
    if ran.code == 2 and not ran.out:
        if not ran.err.strip():
            yield "could not check and does not say why"
        return
    if checked:
        yield from read(kind, ran.out, checked)


def read(kind: str, output: bytes, checked: Checked) -> Iterator[str]:
    """What the reader of the format says."""
    match kind:
        case "json":
            yield from report.complaints(output, checked)
        case "sarif":
            yield from sarif.complaints(output, checked)
        case "github":
            yield from github.complaints(output, checked)
        case "gitlab":
            yield from gitlab.complaints(output, checked)
        case "junit":
            yield from junit.complaints(output, checked)
        case "markdown":
            yield from markdown.complaints(output, [MARK])
        case "due json":
            yield from due.list_complaints(output)
        case "due ics":
            yield from due.calendar_complaints(output)


def side_effects(folder: Path) -> Iterator[str]:
    """Complaints about what was executed: every attack that could, makes a file with the mark as its name."""
    for root, folders, files in os.walk(folder):
        for name in folders + files:
            if name == MARK:
                yield f"something was executed: there is {Path(root, name).relative_to(folder)}"
