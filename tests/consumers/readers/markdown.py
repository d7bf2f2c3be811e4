"""`markdown`: rendered as GitHub and as others do it, and searched for what text of a manifest may not make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from urllib.parse import unquote

import cmarkgfm
import yaml
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt

from program import REPOSITORY

# A comment on GitHub holds 65,536 characters.
MOST_BYTES = 60_000
TAGS = frozenset(
    "p h1 h2 h3 h4 ul ol li table thead tbody tr th td code pre strong em hr a details summary br blockquote".split()
)
VOID = frozenset({"hr", "br", "img", "input"})
# What GitHub makes a link of outside of code: people and teams, issues and pull requests.
MENTION = re.compile(r"(?<![\w`/])@[A-Za-z0-9]|(?<![\w&/])#\d|\bGH-\d")


def addresses() -> tuple[str, ...]:
    """Where links may lead: the project and the sources of the rules."""
    sources = yaml.safe_load((REPOSITORY / "rules/sources.yaml").read_text())
    return ("https://github.com/tillit-lint/tillit", *sorted(set(re.findall(r"https?://[^\s'\"]+", str(sources)))))


ADDRESSES = addresses()


def github(text: str) -> str:
    extensions = ["table", "strikethrough", "autolink", "tasklist"]
    return cmarkgfm.markdown_to_html_with_extensions(text, Options.CMARK_OPT_UNSAFE, extensions)


def others(text: str) -> str:
    parser = MarkdownIt("commonmark", {"html": True, "linkify": True})
    return parser.enable(["table", "strikethrough", "linkify"]).render(text)


def complaints(output: bytes, foreign: Sequence[str] = ()) -> Iterator[str]:
    """Complaints about a report. `foreign` are texts that come from outside: they may stand nowhere but in plain text
    and in code."""
    text = output.decode()
    if len(output) >= MOST_BYTES:
        yield f"{len(output)} bytes; a comment must stay below {MOST_BYTES}"
    for name, render in (("GitHub", github), ("others", others)):
        page = Page(foreign)
        page.feed(render(text))
        page.close()
        if page.open:
            page.said.append(f"not closed: {page.open}")
        yield from (f"as {name} shows it: {complaint}" for complaint in page.said)
    yield from torn_tables(text)


class Page(HTMLParser):
    """Reads a rendered page, and says what should not be in it."""

    def __init__(self, foreign: Sequence[str]) -> None:
        super().__init__()
        self.foreign = foreign
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.said.append(f"a <{tag}> with {attributes}")
        for key, value in attributes:
            if (tag, key) == ("a", "href") and unquote(str(value)).startswith(ADDRESSES):
                continue
            if key not in ("align", "open", "start", "class") or "evil" in str(value):
                self.said.append(f"<{tag}> has {key}={value!r}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.said.append(f"</{tag}> closes nothing")

    def handle_comment(self, data: str) -> None:
        self.said.append(f"a comment: {data!r}")

    def handle_decl(self, declaration: str) -> None:
        self.said.append(f"a declaration: {declaration!r}")

    def handle_pi(self, data: str) -> None:
        self.said.append(f"an instruction: {data!r}")

    def handle_data(self, data: str) -> None:
        around = set(self.open)
        if not around & {"code", "pre", "a"} and (match := MENTION.search(data)):
            self.said.append(f"a mention: {data[max(0, match.start() - 20) : match.end() + 20]!r}")
        if special := around & {"h1", "h2", "h3", "h4", "a", "th", "blockquote"}:
            self.said += [f"{text!r} stands in {special}" for text in self.foreign if text in data]


def torn_tables(text: str) -> Iterator[str]:
    """Complaints about table rows with more or fewer cells than the head has. Readers drop them in silence."""
    columns = 0
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        if fenced or not line.startswith("|"):
            columns = 0
            continue
        bars = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))
        columns = columns or bars
        if bars != columns:
            yield f"a row with {bars - 1} cells below a head with {columns - 1}: {line!r}"
