"""Prints a block of a Markdown page: `block.py PAGE HEADING LANGUAGE NUMBER`, counted from 1 below that heading."""

import re
import sys

page, heading, language, number = sys.argv[1:]
text = open(page, encoding="utf-8").read()
# From the heading to the next one; a line that begins with `# ` inside a block is no heading in these pages.
found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
if not found:
    sys.exit(f"{page} has no heading '{heading}'")
blocks = re.findall(rf"^```{re.escape(language)}\n(.*?)^```$", found[1], re.MULTILINE | re.DOTALL)
if len(blocks) < int(number):
    sys.exit(f"{page}: '{heading}' has {len(blocks)} blocks of {language}, not {number}")
print(blocks[int(number) - 1], end="")
