"""`sarif`: what GitHub's code scanning and other readers need of it, beyond its schema.

The schema and the programs of others are asked in `formats.py`; here stands what none of them checks."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote_to_bytes

from program import same
from readers.place import UNFIT, Checked, says, there, unique

# GitHub takes no more of a run, and cuts or refuses longer texts of a rule.
MOST_RESULTS = 25_000
MOST_BYTES = 10 << 20
LONGEST_DESCRIPTION = 1024
MOST_TAGS = 20
MOST_LOCATIONS = 1_000


def complaints(output: bytes, checked: Checked) -> Iterator[str]:
    log = json.loads(output)
    yield from same("version", log.get("version"), "2.1.0")
    yield from same("runs", len(log["runs"]), 1)
    run = log["runs"][0]
    yield from same("columnKind", run.get("columnKind"), "utf16CodeUnits")
    if "/" not in run.get("automationDetails", {}).get("id", ""):
        yield "automationDetails.id has no `/`, so GitHub sees no category in it"
    if '"security-severity"' in output.decode():
        yield "security-severity would make a finding a security alert"
    if len(gzip.compress(output)) > MOST_BYTES:
        yield "more than 10 MB when compressed: GitHub refuses it"
    yield from wrong_rules(run["tool"]["driver"])
    if not isinstance(run.get("results"), list):
        yield "no list of results: that is a run that failed, not a clean one"
        return
    yield from wrong_results(run, checked)


def wrong_rules(driver: dict) -> Iterator[str]:
    for key in ("name", "semanticVersion", "informationUri"):
        if not driver.get(key):
            yield f"tool.driver.{key} is missing"
    rules = driver.get("rules", [])
    yield from unique("rule", [rule["id"] for rule in rules])
    for rule in rules:
        for where, key in (
            ("shortDescription", "text"),
            ("fullDescription", "text"),
            ("help", "text"),
            ("help", "markdown"),
        ):
            text = rule.get(where, {}).get(key, "")
            if not text.strip():
                yield f"rule {rule['id']}: {where}.{key} is missing"
            if where != "help" and len(text) > LONGEST_DESCRIPTION:
                yield f"rule {rule['id']}: {where} is longer than {LONGEST_DESCRIPTION} characters"
        properties = rule.get("properties", {})
        if properties.get("problem.severity") not in ("error", "warning", "recommendation"):
            yield f"rule {rule['id']}: problem.severity is {properties.get('problem.severity')!r}"
        if len(properties.get("tags", [])) > MOST_TAGS:
            yield f"rule {rule['id']}: more than {MOST_TAGS} tags"


def wrong_results(run: dict, checked: Checked) -> Iterator[str]:
    results, rules = run["results"], run["tool"]["driver"].get("rules", [])
    if len(results) > MOST_RESULTS:
        yield f"{len(results)} results; GitHub takes {MOST_RESULTS}"
    for result in results:
        rule = rules[result["ruleIndex"]]["id"] if 0 <= result.get("ruleIndex", -1) < len(rules) else None
        yield from same("the rule at ruleIndex", rule, result["ruleId"])
        if result.get("level") not in ("error", "warning", "note"):
            yield f"{rule}: level {result.get('level')!r}"
        if not result["message"].get("text", "").strip():
            yield f"{rule}: no message"
        if "suppressions" in result:
            yield f"{rule}: GitHub ignores suppressions and would show it"
        yield from same(f"{rule}: locations", len(result.get("locations", [])), 1)
        if len(result.get("relatedLocations", [])) > MOST_LOCATIONS:
            yield f"{rule}: more than {MOST_LOCATIONS} related locations"
        for location in result.get("locations", []) + result.get("relatedLocations", []):
            physical = location["physicalLocation"]
            yield from checked.wrong_address(physical["artifactLocation"]["uri"])
            yield from wrong_region(physical.get("region", {}), rule)
        if not result.get("partialFingerprints"):
            yield f"{rule}: no partialFingerprints"
    fingerprints = [json.dumps(result.get("partialFingerprints"), sort_keys=True) for result in results]
    yield from unique("fingerprint", fingerprints)
    if len(results) < MOST_RESULTS:
        yield from not_the_same(results, run, checked)


def wrong_region(region: dict, rule: str | None) -> Iterator[str]:
    numbers = [region.get(key) for key in ("startLine", "startColumn", "endLine", "endColumn")]
    if not all(isinstance(number, int) and number >= 1 for number in numbers):
        yield f"{rule}: a region must have all four numbers from 1: {region}"
    elif numbers[2:] < numbers[:2]:
        yield f"{rule}: a region ends before it begins: {region}"


def not_the_same(results: list[dict], run: dict, checked: Checked) -> Iterator[str]:
    """The results are the findings of the JSON report: fingerprint, rule, level, marked text and message."""

    ends = run.get("newlineSequences", ["\r\n", "\n"])

    def of_result(result: dict) -> tuple:
        physical = result["locations"][0]["physicalLocation"]
        path = checked.named(os.fsdecode(unquote_to_bytes(physical["artifactLocation"]["uri"])))
        text = "" if path == UNFIT else marked(lines(checked.root / path, *ends), physical["region"])
        # GitHub knows a result again by this one. The number behind it parts those that are equal.
        fingerprint = result["partialFingerprints"]["primaryLocationLineHash"].partition("-")[0]
        return fingerprint, result["ruleId"], result["level"], path, text

    def of_finding(finding: dict) -> tuple:
        location = finding["location"]
        path = checked.path(finding)
        data = path.read_bytes() if there(path) and path.is_file() else b""
        text = data[location["bytes"]["start"] : location["bytes"]["end"]].decode("utf-8", "replace")
        return finding["fingerprint"], finding["rule"], finding["severity"], checked.relative(finding), text

    findings = list(checked.findings())
    wanted, found = Counter(map(of_finding, findings)), Counter(map(of_result, results))
    for finding in (wanted - found).elements():
        yield f"in the JSON report but not here: {finding}"
    for result in (found - wanted).elements():
        yield f"here but not in the JSON report: {result}"
    messages = {finding["fingerprint"]: finding["message"] for finding in findings}
    for result in results:
        fingerprint = result["partialFingerprints"]["primaryLocationLineHash"]
        if not says(result["message"]["text"], messages.get(fingerprint, "")):
            yield f"{result['ruleId']} does not say {messages[fingerprint]!r}: {result['message']['text']!r}"


@lru_cache(maxsize=8)
def lines(path: Path, *ends: str) -> list[str]:
    """The lines of a file with their ends, which are those that the run names."""
    if not path.is_file():
        return [""]
    text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
    end = "|".join(map(re.escape, sorted(ends, key=len, reverse=True)))
    starts = [0, *(match.end() for match in re.finditer(end, text))]
    return [text[start:after] for start, after in zip(starts, [*starts[1:], len(text)], strict=True)]


def marked(lines: list[str], region: dict) -> str:
    """The text that a region marks: columns in UTF-16 units, the end behind it."""
    first, last = region["startLine"] - 1, region["endLine"] - 1
    if first == last:
        return units(lines[first], region["startColumn"], region["endColumn"])
    middle = "".join(lines[first + 1 : last])
    return units(lines[first], region["startColumn"], None) + middle + units(lines[last], 1, region["endColumn"])


def units(line: str, start: int, end: int | None) -> str:
    written = line.encode("utf-16-le")
    return written[2 * (start - 1) : None if end is None else 2 * (end - 1)].decode("utf-16-le", "replace")
