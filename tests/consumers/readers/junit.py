"""`junit`: by the structure that Jenkins publishes, and as a reader of JUnit files counts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from junitparser import Error, Failure, JUnitXml, Skipped, TestSuite
from lxml import etree

from program import same
from readers.place import Checked

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "junit-10.xsd"))
# Nothing is fetched or expanded: a report has no document type.
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


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
    suites = [read] if isinstance(read, TestSuite) else list(read)
    total = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    failures: dict[str, int] = {}
    for suite in suites:
        counted = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for case in suite:
            counted["tests"] += 1
            for result in case.result:
                kind = {Failure: "failures", Error: "errors", Skipped: "skipped"}[type(result)]
                counted[kind] += 1
                if kind == "failures":
                    failures[result.type] = failures.get(result.type, 0) + 1
        for key, count in counted.items():
            said = getattr(suite, key)
            if not (key == "skipped" and said is None and not count):
                yield from same(f"{key} of {suite.name!r}", said, count)
            total[key] += count
    if not isinstance(read, TestSuite):
        for key in ("tests", "failures", "errors"):
            if read._elem.get(key) is not None:
                yield from same(f"{key} of all", getattr(read, key), total[key])
    yield from not_the_same(total, checked)


def not_the_same(total: dict[str, int], checked: Checked) -> Iterator[str]:
    """Every finding is seen, whatever its level."""
    wanted = sum(checked.count(severity) for severity in ("error", "warning", "note"))
    yield from same("findings", total["failures"], wanted)
