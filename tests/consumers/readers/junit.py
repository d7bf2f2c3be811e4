"""`junit`: by the structure that Jenkins publishes, and as a reader of JUnit files counts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from junitparser import Error, Failure, JUnitXml, Skipped
from lxml import etree

from program import same
from readers.place import Checked

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "junit-10.xsd"))
# Nothing is fetched or expanded: a report has no document type.
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
KINDS = {Failure: "failures", Error: "errors", Skipped: "skipped"}


def complaints(output: bytes, checked: Checked) -> Iterator[str]:
    try:
        tree = etree.fromstring(output, PARSER).getroottree()
    except etree.XMLSyntaxError as error:
        yield f"not well-formed: {error}"
        return
    if tree.docinfo.doctype:
        yield f"there is a document type: {tree.docinfo.doctype}"
    if not SCHEMA.validate(tree):
        yield from (f"schema: line {error.line}: {error.message}" for error in SCHEMA.error_log)
    read = JUnitXml.fromstring(output)
    total: Counter[str] = Counter()
    for suite in read:
        counted = Counter(KINDS[type(result)] for case in suite for result in case.result)
        counted["tests"] = sum(1 for _ in suite)
        for key in ("tests", *KINDS.values()):
            yield from same(f"{key} of {suite.name!r}", getattr(suite, key), counted[key])
        total += counted
    for key in ("tests", "failures", "errors"):
        yield from same(f"{key} of all", getattr(read, key), total[key])
    yield from not_the_same(total, checked)


def not_the_same(total: Counter[str], checked: Checked) -> Iterator[str]:
    """Errors fail, warnings and notes are shown as skipped, and what could not be read is an error of the test."""
    yield from same("errors found", total["failures"], checked.count("error"))
    yield from same("warnings and notes found", total["skipped"], checked.count("warning") + checked.count("note"))
    yield from same("files not read", total["errors"], checked.count("unread"))
