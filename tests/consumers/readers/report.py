"""`json`: by its own schema, read by a validator that has nothing to do with the program."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from jsonschema import Draft202012Validator

from program import REPOSITORY, same
from readers.place import Checked, there

SCHEMA = Draft202012Validator(json.loads((REPOSITORY / "schemas/report.v1.schema.json").read_text()))


def complaints(output: bytes, checked: Checked) -> Iterator[str]:
    report = json.loads(output)
    for error in SCHEMA.iter_errors(report):
        yield f"schema: {error.json_path}: {error.message}"
    yield from same("first keys", list(report)[:5], ["version", "tool", "today", "language", "summary"])
    counted = Counter(finding["severity"] for finding in checked.findings())
    for severity in ("error", "warning", "note"):
        yield from same(f"{severity} in the summary", report["summary"][severity], counted[severity])
    for finding in checked.findings():
        yield from wrong_place(finding, checked)


def wrong_place(finding: dict, checked: Checked) -> Iterator[str]:
    """Lines and columns must say the same as the bytes do."""
    location = finding["location"]
    path = checked.path(finding)
    # A file that lies elsewhere, or is none, was not read.
    if not (there(path) and path.is_file()):
        return
    data = path.read_bytes()
    for side in ("start", "end"):
        before = data[: location["bytes"][side]].decode("utf-8", "replace").removeprefix("\ufeff")
        lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        position = {
            "line": len(lines),
            "column": len(lines[-1]) + 1,
            "utf16_column": len(lines[-1].encode("utf-16-le")) // 2 + 1,
        }
        yield from same(f"{side} of {finding['rule']} in {location['file']}", location[side], position)
