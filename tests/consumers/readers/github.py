"""`github`: every line a workflow command, read back by the runner's rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from readers.place import Checked

# GitHub shows no more of one level and one step.
MOST = 10
LEVELS = {"error": "error", "warning": "warning", "notice": "note"}
COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")
PROPERTIES = {"file", "line", "endLine", "col", "endColumn", "title"}


def complaints(output: bytes, checked: Checked) -> Iterator[str]:
    text = output.decode()
    if "\r" in text:
        yield "a CR ends a line for the runner"
    if text and not text.endswith("\n"):
        yield "the last line is not ended"
    known = {
        (finding["severity"], checked.relative(finding), finding["location"]["start"]["line"]): finding
        for finding in checked.findings()
    }
    messages = Counter(finding["message"] for finding in checked.findings())
    shown: Counter[str] = Counter()
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        if not match:
            yield f"no workflow command: {line!r}"
            continue
        level, properties, message = match[1], of(match[2]), plain(match[3])
        shown[LEVELS[level]] += 1
        if unknown := set(properties) - PROPERTIES:
            yield f"unknown properties: {unknown}"
        yield from checked.wrong_path(properties.get("file", "/"))
        place = LEVELS[level], checked.named(properties.get("file", "")), int(properties.get("line", 0))
        if place not in known:
            yield f"no finding stands at {place}"
        said = [m for m in messages if m in message]
        if not said:
            yield f"the message is that of no finding: {message!r}"
    for severity in LEVELS.values():
        total = checked.count(severity)
        if shown[severity] != min(total, MOST):
            yield f"{shown[severity]} annotations of {total} findings of level {severity}"
    hidden = {s: checked.count(s) - MOST for s in LEVELS.values() if checked.count(s) > MOST}
    if hidden:
        last = plain(text.splitlines()[-1])
        # How many are hidden is said of each level or of all together.
        if not all(re.search(rf"\b{n}\b", last) for n in hidden.values()) and not re.search(
            rf"\b{sum(hidden.values())}\b", last
        ):
            yield f"the last annotation does not say how many more there are ({hidden}): {last!r}"


def of(properties: str) -> dict[str, str]:
    """The properties of a command; a comma parts them, and a value has none unescaped."""
    found = {}
    for pair in filter(None, properties.split(",")):
        key, _, value = pair.partition("=")
        found[key] = plain(value.replace("%3A", ":").replace("%2C", ","))
    return found


def plain(text: str) -> str:
    """What the runner makes of escaped text. The percent sign comes last."""
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
