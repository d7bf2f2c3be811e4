"""`gitlab`: GitLab's code quality report, by what its documentation requires."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from program import same
from readers.place import Checked, says, unique

SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def complaints(output: bytes, checked: Checked) -> Iterator[str]:
    if output.startswith(b"\xef\xbb\xbf"):
        yield "GitLab does not read a byte order mark"
    entries = json.loads(output)
    if not isinstance(entries, list):
        yield "not one list"
        return
    for entry in entries:
        for key in ("description", "check_name", "fingerprint"):
            if not isinstance(entry.get(key), str) or not entry[key].strip():
                yield f"{key} is {entry.get(key)!r}"
        if entry.get("severity") not in SEVERITIES:
            yield f"severity is {entry.get('severity')!r}"
        yield from checked.wrong_path(entry.get("location", {}).get("path", "/"))
        begin = first_line(entry)
        if not isinstance(begin, int) or begin < 1:
            yield f"no line in {entry.get('location')}"
    yield from unique("fingerprint", [entry.get("fingerprint", "") for entry in entries])
    wanted = Counter(
        (f["fingerprint"], f["rule"], checked.relative(f), f["location"]["start"]["line"]) for f in checked.findings()
    )
    found = Counter(
        (e["fingerprint"].partition("-")[0], e["check_name"], checked.named(e["location"]["path"]), first_line(e))
        for e in entries
    )
    yield from same("entries that are no findings", list((found - wanted).elements()), [])
    yield from same("findings that are no entries", list((wanted - found).elements()), [])
    messages = {finding["fingerprint"]: finding["message"] for finding in checked.findings()}
    for entry in entries:
        if not says(entry["description"], messages.get(entry["fingerprint"], "")):
            yield f"{entry['check_name']} does not say {messages[entry['fingerprint']]!r}: {entry['description']!r}"


def first_line(entry: dict) -> int | None:
    location = entry.get("location", {})
    return location.get("lines", {}).get("begin") or location.get("positions", {}).get("begin", {}).get("line")
