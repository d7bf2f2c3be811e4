"""Paths and places: what the readers share."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote_to_bytes

# In the place of a file name that the JSON report shows only in a safe form, because it is not fit to be shown.
UNFIT = "?"


def there(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except (OSError, ValueError):  # Too long, or with a NUL.
        return False


@dataclass(frozen=True)
class Checked:
    """A run that every format tells of: the JSON report, and where it was made."""

    report: dict
    root: Path  # the root of the repository
    here: Path  # the folder that the program was run in

    def findings(self) -> Iterator[dict]:
        for file in self.report["files"]:
            yield from file["findings"]

    def count(self, severity: str) -> int:
        return self.report["summary"][severity]

    def path(self, finding: dict) -> Path:
        """Where the file of a finding lies."""
        return Path(os.path.normpath(self.here / finding["location"]["file"]))

    def relative(self, finding: dict) -> str:
        """The file of a finding, seen from the root of the repository."""
        path = self.path(finding)
        return os.path.relpath(path, self.root) if there(path) else UNFIT

    @cached_property
    def files(self) -> frozenset[str]:
        return frozenset(self.relative(finding) for finding in self.findings())

    def named(self, path: str) -> str:
        """A path of another report as the JSON report would have it."""
        return path if path in self.files or UNFIT not in self.files else UNFIT

    def wrong_path(self, path: str) -> Iterator[str]:
        """Complaints about a path that should lead from the root of the repository to a file in it."""
        if path.startswith(("/", "./", "../")) or "/../" in path or (":" in path and re.match(r"[A-Za-z]:[/\\]", path)):
            yield f"the path {path!r} is not relative to the root of the repository"
        elif not there(self.root / path) and UNFIT not in self.files:
            yield f"the path {path!r} leads to no file"

    def wrong_address(self, uri: str) -> Iterator[str]:
        """Complaints about an address that should be relative, percent-encoded, and lead to a file."""
        if not re.fullmatch(r"(?:[A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+", uri):
            # A colon, too, has to be encoded: before the first slash it would begin a scheme.
            yield f"the address {uri!r} is not percent-encoded"
        path = os.fsdecode(unquote_to_bytes(uri))
        if path.startswith("/") or {"..", "."} & set(path.split("/")):
            yield f"the address {uri!r} is not relative to the root of the repository"
        elif not there(self.root / path):
            yield f"the address {uri!r} leads to no file"


def says(text: str, message: str) -> bool:
    """Whether a text says a finding's message. What it does with white space, brackets and full stops is its own."""
    return squeezed(message) in squeezed(text)


def squeezed(text: str) -> str:
    return re.sub(r"[\s()\[\].]", "", text)


def unique(what: str, values: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield f"{what} {value!r} is there twice"
        seen.add(value)
