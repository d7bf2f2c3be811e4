"""What holds for every output, whatever its format: text that nothing in it steers, hides or turns around."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Visible in spite of their category: signs of Arabic, Syriac and Kaithi that stand before or around digits.
VISIBLE = set(map(chr, [*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD]))
# Invisible in spite of their category: letters of Hangul that fill a place.
FILLERS = set("\u115f\u1160\u3164\uffa0")
UNSAFE = {"Cc", "Cf", "Zl", "Zp", "Cs"}

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def complaints(output: bytes, colour: bool = False) -> Iterator[str]:
    """Complaints about characters that are invisible, or steer a terminal or the direction of text."""
    try:
        text = output.decode()
    except UnicodeDecodeError as error:
        yield f"not UTF-8: {error}"
        return
    if colour:
        text = COLOUR.sub("", text)
    found = {c for c in set(text) - {"\n"} - VISIBLE if c in FILLERS or unicodedata.category(c) in UNSAFE}
    for c in sorted(found):
        line = next(line for line in text.split("\n") if c in line)
        at = line.index(c)
        yield f"U+{ord(c):04X} stands unescaped in {line[max(0, at - 40) : at + 40]!r}"
