"""What a build runner would carry out of an output: the judge of the hostile inputs.

GitHub's runner reads the two streams of a step line by line, and a lone CR ends a line too. `::name …::` is a command
at the beginning of a line, after any white space; `##[name …]` is one wherever it stands. Azure Pipelines does the
same with `##vso[…]` and TeamCity with `##teamcity[…]`. A name that the runner does not know does nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

KNOWN = frozenset(
    "add-mask add-matcher add-path debug echo endgroup error group internal-set-repo-path notice remove-matcher "
    "save-state set-env set-output stop-commands warning".split()
)
# What .NET's Char.IsWhiteSpace calls white space.
SPACE = "".join(map(chr, [*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F]))
SPACE += "\u205f\u3000"


def commands(output: bytes) -> Iterator[str]:
    """The lines that a runner would act upon."""
    for line in re.split(r"\r\n|\r|\n", output.decode("utf-8", "replace")):
        if name(line) in KNOWN or re.search(r"##(vso|teamcity)\[", line, re.IGNORECASE):
            yield line


def name(line: str) -> str | None:
    """The name of the command that GitHub's runner sees in a line."""
    for found in (re.match(rf"[{SPACE}]*::(.*?)::", line), re.search(r"##\[(.*?)\]", line)):
        if found and (word := found[1].split(" ", 1)[0].lower()) in KNOWN:
            return word
    return None
