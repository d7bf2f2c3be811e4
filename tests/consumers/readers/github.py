"""`github`: every line a workflow command, read back by the runner's rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readers.place import Checked, says

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
    known: dict[tuple, list[str]] = {}
    for finding in checked.findings():
        place = finding["severity"], checked.relative(finding), finding["location"]["start"]["line"]
        known.setdefault(place, []).append(finding["message"])
    shown: dict[str, list[str]] = {severity: [] for severity in LEVELS.values()}
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        if not match:
            yield f"no workflow command: {line!r}"
            continue
        severity, properties, message = LEVELS[match[1]], of(match[2]), plain(match[3])
        shown[severity].append(message)
        if unknown := set(properties) - PROPERTIES:
            yield f"unknown properties: {unknown}"
        yield from checked.wrong_path(properties.get("file", "/"))
        place = severity, checked.named(properties.get("file", "")), int(properties.get("line", 0))
        if place not in known:
            yield f"no finding stands at {place}"
        elif not any(says(message, said) for said in known[place]):
            yield f"no finding at {place} says {message!r}"
    for severity, messages in shown.items():
        total = checked.count(severity)
        if len(messages) != min(total, MOST):
            yield f"{len(messages)} annotations of {total} findings of level {severity}"
        elif total > MOST and not re.search(rf"\b{total - MOST}\b.*\bmore\b", messages[-1].splitlines()[-1]):
            yield f"the last {severity} does not say that there are {total - MOST} more: {messages[-1]!r}"


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
