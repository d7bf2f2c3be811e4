#!/usr/bin/env python3
"""Shows that the readers can say no: good outputs of the program, each broken in one place, and read again.

    self_test.py TILLIT SCRATCH"""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "hostile"))

import judge
import trees
from attacks import MARK
from formats import READERS
from paths import SECRET
from program import FORMATS, TODAY, Program, Ran, Tally
from readers import due, markdown, safe
from readers.place import Checked
from workflow_commands import commands


def changed(output: bytes, change: Callable[[object], object]) -> bytes:
    """A JSON document after a change in place."""
    document = json.loads(output)
    change(document)
    return json.dumps(document).encode()


def put(*path: str | int, value: object = None) -> Callable[[object], None]:
    """Puts a value at a path, or removes what is there."""

    def change(document: object) -> None:
        for step in path[:-1]:
            document = document[step]
        if value is None:
            del document[path[-1]]
        else:
            document[path[-1]] = value

    return change


RUN = ("runs", 0)
DRIVER = (*RUN, "tool", "driver")
RESULT = (*RUN, "results", 0)
PLACE = (*RESULT, "locations", 0, "physicalLocation")


def twice(*path: str | int) -> Callable[[object], None]:
    """Puts the first item of a list there once more."""

    def change(document: object) -> None:
        for step in path:
            document = document[step]
        document.append(copy.deepcopy(document[0]))

    return change


def shift_column(log: dict) -> None:
    for result in log["runs"][0]["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        if region["startLine"] == region["endLine"]:
            region["startColumn"] += 1
            region["endColumn"] += 1


BROKEN_JSON: dict[str, dict[str, Callable[[object], object]]] = {
    "json": {
        "an unknown key": put("colour", value="blue"),
        "a key too few": put("unread"),
        "a wrong count": put("summary", "error", value=12345),
        "an unknown severity": lambda report: next(f for f in report["files"] if f["findings"])["findings"][0].update(
            severity="fatal"
        ),
    },
    "sarif": {
        "no results": put(*RUN, "results"),
        "two runs": twice("runs"),
        "no columnKind": put(*RUN, "columnKind"),
        "a category without a slash": put(*RUN, "automationDetails", "id", value="tillit"),
        "a security alert": put(*DRIVER, "rules", 0, "properties", "security-severity", value="9.0"),
        "no version": put(*DRIVER, "semanticVersion"),
        "a rule twice": twice(*DRIVER, "rules"),
        "no help": put(*DRIVER, "rules", 0, "help"),
        "no help in Markdown": put(*DRIVER, "rules", 0, "help", "markdown"),
        "an empty description": put(*DRIVER, "rules", 0, "fullDescription", "text", value=" "),
        "a long description": put(*DRIVER, "rules", 0, "shortDescription", "text", value="x" * 1025),
        "an unknown problem.severity": put(*DRIVER, "rules", 0, "properties", "problem.severity", value="high"),
        "many tags": put(*DRIVER, "rules", 0, "properties", "tags", value=["x"] * 21),
        "another rule at the index": put(*RESULT, "ruleIndex", value=100_000),
        "an unknown level": put(*RESULT, "level", value="none"),
        "another message": put(*RESULT, "message", "text", value="x"),
        "suppressed": put(*RESULT, "suppressions", value=[{"kind": "external"}]),
        "no location": put(*RESULT, "locations", value=[]),
        "two locations": twice(*RESULT, "locations"),
        "an absolute address": put(*PLACE, "artifactLocation", "uri", value="file:///a"),
        "an absolute path": put(*PLACE, "artifactLocation", "uri", value="/etc/passwd"),
        "an address upwards": put(*PLACE, "artifactLocation", "uri", value="../a"),
        "an address that is not encoded": put(*PLACE, "artifactLocation", "uri", value="a b"),
        "an address of no file": put(*PLACE, "artifactLocation", "uri", value="no-such-file"),
        "column 0": put(*PLACE, "region", "startColumn", value=0),
        "no end column": put(*PLACE, "region", "endColumn"),
        "an end before its start": put(*PLACE, "region", "startLine", value=100_000),
        "columns that count otherwise": shift_column,
        "a fingerprint twice": twice(*RUN, "results"),
        "no fingerprint": put(*RESULT, "partialFingerprints"),
        "a result too few": put(*RESULT),
        "too many results": put(*RUN, "results", value=[{}] * 25_001),
    },
    "gitlab": {
        "an unknown severity": put(0, "severity", value="error"),
        "no description": put(0, "description"),
        "no name": put(0, "check_name"),
        "an empty fingerprint": put(0, "fingerprint", value=""),
        "an entry twice": twice(),
        "an entry too few": put(0),
        "an absolute path": put(0, "location", "path", value="/etc/passwd"),
        "a path from here": put(0, "location", "path", value="./a.tillit.yaml"),
        "a path of no file": put(0, "location", "path", value="no-such-file"),
        "no line": put(0, "location", "lines", "begin", value=0),
    },
}

BROKEN_TEXT: dict[str, dict[str, Callable[[str], str]]] = {
    "github": {
        "a line that is no command": lambda text: text + "x\n",
        "an unknown level": lambda text: text.replace("::error ", "::fatal ", 1),
        "an absolute path": lambda text: re.sub("file=[^,:]*", "file=/etc/passwd", text, count=1),
        "a path of no file": lambda text: re.sub("file=[^,:]*", "file=no-such-file", text, count=1),
        "a comma that is not escaped": lambda text: text.replace("file=", "file=a, b", 1),
        "another line": lambda text: re.sub(r"line=\d+", "line=99999", text, count=1),
        "an unknown property": lambda text: text.replace("::error ", "::error colour=blue,", 1),
        "another message": lambda text: re.sub(r"(::error [^:]*)::.*", r"\1::x", text, count=1),
        "an annotation too many": lambda text: text.splitlines(keepends=True)[0] + text,
        "an annotation too few": lambda text: "".join(text.splitlines(keepends=True)[1:]),
        "a lone CR": lambda text: text.replace("::error ", "::error \r", 1),
    },
    "junit": {
        "an open element": lambda text: text.replace("</testsuite>", "", 1),
        "an unknown attribute": lambda text: text.replace("<testcase ", '<testcase colour="blue" ', 1),
        "no name": lambda text: re.sub(r'<testcase name="[^"]*"', "<testcase", text, count=1),
        "an unknown element": lambda text: text.replace("</testsuite>", "<colour/></testsuite>", 1),
        "a wrong count": lambda text: re.sub(r'(<testsuite [^>]*failures=")\d+', r"\g<1>12345", text, count=1),
        "a wrong sum": lambda text: re.sub(r'(<testsuites [^>]*failures=")\d+', r"\g<1>12345", text, count=1),
        "a document type": lambda text: re.sub(r"(<testsuites)", r'<!DOCTYPE x [<!ENTITY a "b">]>\1', text, count=1),
        "a character that is none": lambda text: text.replace("</testsuite>", "&#1;</testsuite>", 1),
        "a failure too few": lambda text: re.sub(r"<failure.*?(/>|</failure>)", "", text, count=1, flags=re.DOTALL),
    },
    "markdown": {
        "an image": lambda text: text + "\n![x](http://evil.example/x.png)\n",
        "a link": lambda text: text + "\n[x](http://evil.example/)\n",
        "a bare address": lambda text: text + "\nhttp://evil.example/\n",
        "a bare name of a host": lambda text: text + "\nwww.evil.example\n",
        "a link by reference": lambda text: text + "\n[x]\n\n[x]: http://evil.example/\n",
        "a script link": lambda text: text + "\n<a href='javascript:alert(1)'>x</a>\n",
        "a person": lambda text: text + "\nfor @somebody\n",
        "a person behind an escape": lambda text: text + "\nfor \\@somebody\n",
        "an issue": lambda text: text + "\nsee #1\n",
        "HTML": lambda text: text + "\n<b onclick=x>x</b>\n",
        "a comment": lambda text: text + "\n<!-- x -->\n",
        "an open fold": lambda text: text + "\n<details>\n",
        "a closed fold that was not open": lambda text: text + "\n</details>\n",
        "a foreign heading": lambda text: text + f"\n# {MARK}\n",
        "a foreign heading, underlined": lambda text: text + f"\n{MARK}\n===\n",
        "a foreign quotation": lambda text: text + f"\n> {MARK}\n",
        "a cell too many": lambda text: text + "\n| a | b |\n|---|---|\n| c | d | e |\n",
        "too long": lambda text: text + "x" * 60_000,
    },
}

BROKEN_LIST: dict[str, Callable[[object], object]] = {
    "an unknown key": put("colour", value="blue"),
    "an unknown kind": put("due", 0, "kind", value="party"),
    "another day": put("due", 0, "date", value="2099-01-01"),
    "an entry twice": twice("due"),
    "a wrong mark": put("due", 0, "overdue", value=False),
    "a wrong count": put("summary", "to_come", value=12345),
}

BROKEN_CALENDAR: dict[str, Callable[[str], str]] = {
    "an event too few": lambda text: re.sub("BEGIN:VEVENT.*?END:VEVENT\r\n", "", text, count=1, flags=re.DOTALL),
    "an event twice": lambda text: re.sub("(BEGIN:VEVENT.*?END:VEVENT\r\n)", r"\1\1", text, count=1, flags=re.DOTALL),
    "an open event": lambda text: text.replace("END:VEVENT\r\n", "", 1),
    "another day": lambda text: re.sub(r"VALUE=DATE:\d+", "VALUE=DATE:20990101", text, count=1),
    "a time instead of a day": lambda text: re.sub(r";VALUE=DATE:(\d+)", r":\1T120000Z", text, count=1),
    "no day": lambda text: re.sub("DTSTART.*\r\n", "", text, count=1),
    "another stamp": lambda text: re.sub(r"DTSTAMP:\d+", "DTSTAMP:20200101", text, count=1),
    "no stamp": lambda text: re.sub("DTSTAMP.*\r\n", "", text, count=1),
    "no UID": lambda text: re.sub("UID.*\r\n", "", text, count=1),
    "no version": lambda text: text.replace("VERSION:2.0\r\n", ""),
    "a further category": lambda text: text.replace("CATEGORIES:", "CATEGORIES:x,", 1),
    "a comma that is not escaped": lambda text: re.sub("CATEGORIES:(.)", r"CATEGORIES:\1,", text, count=1),
    "another rule": lambda text: text.replace("review-overdue", "review-overdone", 1),
    "another place": lambda text: re.sub(r"tillit.yaml:\d+:", "tillit.yaml:99999:", text, count=1),
    "another summary": lambda text: re.sub("SUMMARY:.*\r\n", "SUMMARY:x\r\n", text, count=1),
    "lines that are not folded": lambda text: text.replace("\r\n ", ""),
    "lines that end with LF": lambda text: text.replace("\r\n", "\n"),
    "a to-do": lambda text: text.replace("END:VCALENDAR", "BEGIN:VTODO\r\nUID:x\r\nEND:VTODO\r\nEND:VCALENDAR"),
}

UNSAFE = ["\x1b", "\x07", "\r", "\0", "\x7f", "\x85", "\x9b", "\xad", "\u061c", "\u200b", "\u200f", "\u2028", "\u202e"]
UNSAFE += ["\u2060", "\u2066", "\u3164", "\ufeff", "\U000e0041", "\U0001d173"]

COMMANDS = ["::error::x", "::error file=x::y", " \u00a0::NOTICE::x", "a\r::debug::x", "a ##[group]b", "##vso[task.x]y"]
COMMANDS += ["::stop-commands::x", "##teamcity[x]", "x\n\u2003::add-mask::y", "##[error]x"]
NO_COMMANDS = ["a ::error::x", "::unknown::x", "::error x", "##[unknown]x", "#[error]x", "::error", "%0A::error::x"]


def cases(root: Path, outputs: dict[str, Ran]) -> Iterator[tuple[str, list[str], bool]]:
    """Each case: its name, what is said, and whether something should be."""
    checked = Checked(outputs["json"].json(), root, root)

    def read(kind: str, output: bytes) -> list[str]:
        try:
            if kind == "markdown":
                return list(markdown.complaints(output, [MARK]))
            now = replace(checked, report=json.loads(output)) if kind == "json" else checked
            return list(READERS[kind](output, now))
        except Exception as error:
            return [f"the check stopped: {error!r}"]

    for kind in FORMATS:
        yield f"{kind} as it is", read(kind, outputs[kind].out), False
    for kind, ways in BROKEN_JSON.items():
        for name, change in ways.items():
            yield f"{kind} with {name}", read(kind, changed(outputs[kind].out, change)), True
    for kind, ways in BROKEN_TEXT.items():
        for name, change in ways.items():
            before = outputs[kind].out.decode()
            after = change(before)
            said = read(kind, after.encode()) if after != before else []
            yield f"{kind} with {name}", said, True
    for c in UNSAFE:
        yield f"text with U+{ord(c):04X}", list(safe.complaints(f"a{c}b\n".encode())), True
    yield "text that is not UTF-8", list(safe.complaints(b"\xff")), True
    yield "text with colour", list(safe.complaints(b"\x1b[31ma\x1b[0m", colour=True)), False
    for line in COMMANDS:
        yield f"the command {line!r}", list(commands(line.encode())), True
    for line in NO_COMMANDS:
        yield f"no command {line!r}", list(commands(line.encode())), False
    good = outputs["text"]
    yield "a good run", list(judge.complaints("text", good, None)), False
    for name, bad in {
        "a crash": replace(good, code=-11),
        "a panic": replace(good, code=101, err=b"thread 'main' panicked at src/main.rs"),
        "much memory": replace(good, kib=300 << 10),
        "much time": replace(good, cpu=2.5),
        "a hang": replace(good, wall=60),
        "a secret": replace(good, out=SECRET.encode()),
        "no reason": replace(good, code=2, out=b"", err=b""),
        "a command in a message": replace(good, err=b"tillit: x\n::error::x"),
    }.items():
        yield f"a run with {name}", list(judge.complaints("text", bad, None)), True
    (root / MARK).touch()
    yield "a file that an attack made", list(judge.side_effects(root)), True


def due_cases(told: Ran, calendar: Ran) -> Iterator[tuple[str, list[str], bool]]:
    """The same for what falls due."""

    def read(complaints: Callable[..., Iterator[str]], *given: object) -> list[str]:
        try:
            return list(complaints(*given))
        except Exception as error:
            return [f"the check stopped: {error!r}"]

    yield "due json as it is", read(due.list_complaints, told.out), False
    yield "due ics as it is", read(due.calendar_complaints, calendar.out, told.json()), False
    for name, change in BROKEN_LIST.items():
        yield f"due json with {name}", read(due.list_complaints, changed(told.out, change)), True
    for name, change in BROKEN_CALENDAR.items():
        after = change(calendar.out.decode()).encode()
        said = read(due.calendar_complaints, after, told.json()) if after != calendar.out else []
        yield f"due ics with {name}", said, True


def main() -> int:
    tillit, scratch = (Path(word).resolve() for word in sys.argv[1:])
    program = Program(tillit, scratch)
    root = trees.odd(scratch / "odd")
    outputs = {kind: program.check("--format", kind, cwd=root) for kind in FORMATS}
    dates = trees.due(scratch / "due")
    told, calendar = (program.run("due", "--format", kind, "--today", TODAY, cwd=dates) for kind in ("json", "ics"))
    tally = Tally("self-test")
    for name, said, should in (*cases(root, outputs), *due_cases(told, calendar)):
        if should:
            tally.case(name, [] if said else ["nothing is said against it"])
        else:
            tally.case(name, said)
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
