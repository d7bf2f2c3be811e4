#!/usr/bin/env python3
"""Every hostile input in every format: no crash, no command for a runner, nothing unsafe, little time and memory.

    run.py TILLIT SCRATCH [--formats text,json] [--only PATTERN]

`attacks.py` makes the content, `paths.py` the paths, `history.py` the repositories; `judge.py` says what is wrong with
an output. The table at the end counts outputs by format."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

import attacks
import history
import judge
import paths
from program import FORMATS, NOT_STARTED, Program, Ran, Tally, git
from readers.place import Checked

# What is asked for, JSON first because the others are held against it. `OUT` is a file outside the checkout.
KINDS = {
    "json": ["check", "--format", "json"],
    **{name: ["check", "--format", name] for name in FORMATS if name != "json"},
    "text colour": ["check", "--color", "always"],
    "text quiet": ["check", "--quiet", "--lang", "nb"],
    "text waived": ["check", "--show-waived"],
    "baseline": ["baseline", "--output", "OUT"],
    "text baseline": ["check", "--baseline", "OUT"],
    "verify": ["verify", "--lang", "nb"],
    "verify json": ["verify", "--format", "json"],
    "due": ["due"],
    "due json": ["due", "--format", "json"],
    "due ics": ["due", "--format", "ics"],
}


@dataclass(frozen=True)
class Input:
    """A checkout, and what of it is checked."""

    name: str
    build: Callable[[Path], object]
    arguments: tuple[str | bytes, ...] = (".",)
    folder: str = "."
    expect: Callable[[Path, dict], Iterator[str]] = lambda folder, report: iter(())
    kinds: tuple[str, ...] = tuple(KINDS)


@dataclass(frozen=True)
class Judged:
    """One output, without its content."""

    input: str
    kind: str
    wall: float
    kib: int
    complaints: list[str]


def inputs() -> Iterator[Input]:
    for attack in attacks.attacks():
        yield Input(attack.name, attack.write)
    yield Input("names/all", paths.write_names, expect=every_name_is_checked)
    for name in paths.names():
        yield Input(f"names/{name!r}", lambda folder, n=name: paths.write_name(folder, n), ("--", name))
    yield Input("no files/all", paths.write_no_files, expect=no_file_is_opened)
    for name in paths.NO_FILES:
        yield Input(f"no files/{name}", paths.write_no_files, (name,))
    for sought in paths.SOUGHT:
        for kind in paths.STAND_INS:
            yield Input(f"stand-ins/{sought}: {kind}", lambda folder, s=sought, k=kind: paths.write_stand_in(folder, s, k))
    since = tuple(kind for kind in KINDS if KINDS[kind][0] == "check")
    for case in history.cases():
        for option in ("--since", "--base"):
            told = os.fsencode(f"{option}=") + os.fsencode(case.revision)
            name = f"{option} {case.name}"
            yield Input(name, case.build, (told, case.path), case.folder, kinds=since)


def every_name_is_checked(folder: Path, report: dict) -> Iterator[str]:
    there = sum(name.endswith(paths.END) for _, _, names in os.walk(os.fsencode(folder)) for name in names)
    found = sum(bool(file["findings"]) for file in report["files"])
    if found != there:
        yield f"{there} manifests are there, {found} of them have findings"


def no_file_is_opened(folder: Path, report: dict) -> Iterator[str]:
    told = {file["path"] for file in report["files"] if any(f["rule"] == "not-a-file" for f in file["findings"])}
    yield from (f"{name} has no finding that says it is no file" for name in paths.NO_FILES if name not in told)


def begin() -> None:
    """Every worker measures by itself."""
    global PROGRAM
    PROGRAM = Program(CHOSEN.tillit.resolve(), CHOSEN.scratch.resolve())


def judge_input(number: int) -> list[Judged]:
    """Makes a checkout, and asks for everything in it."""
    given = INPUTS[number]
    outer = PROGRAM.scratch / f"input-{number}"
    folder = outer / "checkout"
    folder.mkdir(parents=True)
    try:
        git(folder, "init", "--quiet", "--template=")
        given.build(folder)
        return list(outputs(given, folder))
    finally:
        shutil.rmtree(outer)


def outputs(given: Input, folder: Path) -> Iterator[Judged]:
    here = folder / given.folder
    out = folder.parent / "out"
    checked = None
    for kind, command in KINDS.items():
        if kind not in given.kinds or kind not in WANTED:
            continue
        ran = PROGRAM.run(*(str(out) if word == "OUT" else word for word in command), *given.arguments, cwd=here)
        if kind == "baseline" and out.exists():
            ran = Ran(ran.code, ran.out + out.read_bytes(), ran.err, ran.wall, ran.cpu, ran.kib)
        said: list[str] = []
        try:
            if kind == "json" and ran.out:
                checked = Checked(ran.json(), folder, here)
                said += given.expect(folder, checked.report)
            said += judge.complaints(kind, ran, checked)
            said += judge.side_effects(folder.parent)
        except Exception as error:
            said.append(f"the check stopped: {type(error).__name__}: {error}")
        yield Judged(given.name, kind, ran.wall, ran.kib, said)


def unreadable(tally: Tally) -> None:
    """A file that the user may not read is told of, and the others are checked."""
    folder = PROGRAM.scratch / "unreadable"
    folder.mkdir()
    git(folder, "init", "--quiet", "--template=")
    for name in ("open", "closed"):
        (folder / f"{name}.tillit.yaml").write_text(attacks.PLAIN.replace("desk", name))
    closed = folder / "closed.tillit.yaml"
    closed.chmod(0)
    user = None
    if os.access(closed, os.R_OK):
        user = 65534
        if PROGRAM.run("--version", cwd=folder, user=user).code == NOT_STARTED:
            tally.skip("unreadable", "this user may read everything, and no other user can start the program here")
            return
    for kind in WANTED & set(FORMATS):
        ran = PROGRAM.run(*KINDS[kind], cwd=folder, user=user)
        said = list(judge.complaints(kind, ran, None))
        if ran.code != 2 or b"closed.tillit.yaml" not in ran.err or not ran.out:
            said.append(f"exit {ran.code}, standard error: {ran.err!r}")
        tally.case(f"unreadable in {kind}", said)


def table(judged: list[Judged]) -> None:
    print(f"\n{'':16} {'outputs':>8} {'passed':>8} {'failed':>8} {'slowest':>9} {'memory':>9}   the slowest, the largest")
    for kind in [k for k in KINDS if k in WANTED] + ["all"]:
        of = [j for j in judged if kind in (j.kind, "all")]
        failed = sum(bool(j.complaints) for j in of)
        slowest, largest = max(of, key=lambda j: j.wall), max(of, key=lambda j: j.kib)
        print(
            f"{kind:16} {len(of):8} {len(of) - failed:8} {failed:8} {slowest.wall:7.2f} s {largest.kib >> 10:5} MiB"
            f"   {slowest.input}, {largest.input}"
        )


def main() -> int:
    tally = Tally("hostile")
    judged: list[Judged] = []
    with multiprocessing.get_context("fork").Pool(2, begin) as pool:
        for results in pool.imap_unordered(judge_input, range(len(INPUTS)), chunksize=4):
            for result in results:
                judged.append(result)
                tally.case(f"{result.input} in {result.kind}", result.complaints)
    begin()
    unreadable(tally)
    table(judged)
    print(f"{len(INPUTS)} inputs; time is measured on a machine that does other things, too\n")
    return tally.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tillit", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--formats", default=",".join(KINDS), help="only these, parted by commas")
    parser.add_argument("--only", default="", help="only inputs whose name this pattern finds")
    CHOSEN = parser.parse_args()
    WANTED = set(CHOSEN.formats.split(","))
    INPUTS = [given for given in inputs() if re.search(CHOSEN.only, given.name)]
    sys.exit(main())
