"""Another program makes the canonical form of an agreement: from the manifest, its schema and what docs/agreement.md
says of the form. It has to be the text that `tillit agree` writes, byte for byte."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from program import REPOSITORY, TODAY, Program, Tally, same

SCHEMA = json.loads((REPOSITORY / "schemas/manifest.v1.schema.json").read_text(encoding="utf-8"))
NAMES = ("id", "name", "group", "role")
# What the examples do not have: odd texts, periods, names, lists that are empty or half answered.
ODD = r"""
tillit: 1
system: { version: 2.10, jurisdictions: ["NO", DE, "NO"], affects_workers: unknown, status: planned, name: Odd, id: odd }
data:
  inputs:
    - id: texts
      category: task-log
      access_roles: ["b \"q\" \\ x", "a\tb", "ŏ", "ƀ", "日本", "😀", "\u00ad", unknown, "b", "b"]
      retention: P1Y2M3W4D
    - { id: nothing, retention: 0 days }
    - { retention: unlimited, category: unknown, id: always }
  generated: []
decisions: unknown
leavers: { account_closed_after: 12 months, data_deleted_after: 2 weeks }
fairness: { tests: [{ uses_special_category: true }, { uses_special_category: false }, { date: 2026-01-01 }] }
suppliers: [{ name: Å ÅS, country: SE, subprocessors: [b, a] }, { name: Ø ÅS, country: DK }, { name: '"', country: "NO" }]
"""


def followed(schema: dict) -> dict:
    """A schema with what it refers to."""
    while reference := schema.get("$ref"):
        target = SCHEMA
        for key in reference.split("/")[1:]:
            target = target[key]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def text(value: str) -> str:
    def written(char: str) -> str:
        if char in '"\\':
            return "\\" + char
        if re.fullmatch(r"[\x20-\x7e\xa1-\xac\xae-\u017f]", char):
            return char
        units = char.encode("utf-16-be").hex()
        return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))

    return f'"{"".join(map(written, value))}"'


def period(value: str) -> str:
    if value in ("unlimited", "unspecified"):
        return value
    if not value.startswith("P"):
        number, unit = value.split()
        value = f"P{number}{unit[0].upper()}"
    parts = {unit: int(number) for number, unit in re.findall(r"(\d+)([YMWD])", value)}
    parts["D"] = parts.get("D", 0) + 7 * parts.pop("W", 0)
    return "P" + "".join(f"{parts[unit]}{unit}" for unit in "YMD" if parts.get(unit)) if any(parts.values()) else "P0D"


def listed(values: list[str]) -> str:
    return f"[{','.join(sorted(values, key=str.encode))}]"


def answer(value: str | list, schema: dict) -> str | None:
    """A value in canonical form; none where it is no answer."""
    if isinstance(value, list):
        return listed(list({answer(one, followed(schema["items"])) or '"unknown"' for one in value}))
    if value == "unknown":
        return None
    # A flag and a count take no text but `unknown`; a number can also stand for a text, such as a version.
    if schema.get("pattern") == "^unknown$":
        return value
    return text(period(value) if "unlimited" in json.dumps(schema) else value)


def name(item: dict) -> str:
    return text(next((item[key] for key in NAMES if key in item), ""))


def answers(value: dict, schema: dict, start: str) -> Iterator[tuple[str, str, bool]]:
    """Path, value, and whether it is one of several items that go by no name."""
    for key, field in schema["properties"].items():
        field, path = followed(field), start + key
        inside = followed(field.get("items", {}))
        if value.get(key, "unknown") == "unknown":
            continue
        if "properties" in inside:
            material = "x-tillit-material" in field
            if material:
                yield path, listed([name(item) for item in value[key]]), False
            for item in value[key]:
                below = answers(item, inside, f"{path}[{name(item) if material else ''}].")
                yield from ((path, found, not material) for path, found, _ in below)
        elif "properties" in field:
            yield from answers(value[key], field, f"{path}.")
        elif "x-tillit-material" in field:
            found = answer(value[key], field)
            if found is not None:
                yield path, found, False


def canonical(manifest: dict) -> str:
    paths: dict[str, list[tuple[str, bool]]] = {}
    for path, value, together in answers(manifest, SCHEMA, ""):
        paths.setdefault(path, []).append((value, together))
    lines = []
    for path, found in paths.items():
        values = [value for value, _ in found]
        value = listed(values) if len(found) > 1 or found[0][1] else values[0]
        lines.append(f"{path} = {value}\n")
    return "".join(sorted(lines, key=str.encode))


def main() -> int:
    tillit, scratch = map(Path, sys.argv[1:])
    program, tally = Program(tillit.resolve(), scratch.resolve()), Tally("canonical")
    odd = scratch / "odd.tillit.yaml"
    odd.write_text(ODD, encoding="utf-8")
    for file in [odd, *sorted((REPOSITORY / "examples").rglob("*.tillit.yaml"))]:
        if file.name == "monitoring.tillit.yaml":
            continue  # It has mistakes of form, so there is nothing to agree on.
        # Every scalar stays the text that it is.
        for manifest in yaml.load_all(file.read_text(encoding="utf-8"), yaml.BaseLoader):
            system = manifest["system"]["id"]
            ran = program.run("agree", file, "--system", system, "--output", "-", "--today", TODAY, cwd=scratch)
            record, own = yaml.safe_load(ran.out), canonical(manifest)
            complaints = [*same("content", record["content"], own)]
            complaints += same("sha256", record["sha256"], hashlib.sha256(own.encode()).hexdigest())
            tally.case(f"the canonical form of {system}", complaints)
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
