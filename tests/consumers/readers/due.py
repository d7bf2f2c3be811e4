"""`tillit due`: the list by its own schema, the calendar by a library that has nothing to do with the program."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from icalendar import Calendar
from jsonschema import Draft202012Validator

from program import REPOSITORY, same

SCHEMA = Draft202012Validator(json.loads((REPOSITORY / "schemas/due.v1.schema.json").read_text()))
OVERDUE = {"en": "overdue", "nb": "over fristen"}
# Octets of a line of a calendar without its end. RFC 5545, 3.1, recommends 75; the library that writes the calendar
# leaves one more in the last part of a line, and no reader minds.
LONGEST = 76
# Characters of a name that is shown whole.
WHOLE = 60


def list_complaints(output: bytes) -> Iterator[str]:
    due = json.loads(output)
    for error in SCHEMA.iter_errors(due):
        yield f"schema: {error.json_path}: {error.message}"
    entries = due["due"]
    order = [(entry["date"], entry["system"] or "") for entry in entries]
    yield from same("order", order, sorted(order))
    for entry in entries:
        yield from same(f"overdue of {entry['id']}", entry["overdue"], entry["date"] < due["today"])
    ids = Counter(entry["id"] for entry in entries)
    yield from (f"the id {one} stands there {count} times" for one, count in ids.items() if count > 1)
    counted = Counter(entry["overdue"] for entry in entries)
    for key, wanted in (("overdue", True), ("to_come", False)):
        yield from same(f"{key} in the summary", due["summary"][key], counted[wanted])


def calendar_complaints(output: bytes, due: dict | None = None) -> Iterator[str]:
    """Complaints about a calendar; held against the same list in JSON, where there is one."""
    lines = output.split(b"\r\n")
    if b"\n" in b"".join(lines) or b"\r" in b"".join(lines) or lines[-1]:
        yield "a line does not end with CRLF"
    yield from (f"{len(line)} octets: {line[:40]!r}" for line in lines if len(line) > LONGEST)
    calendar = Calendar.from_ical(output)
    yield from same("version", calendar.get("VERSION"), "2.0")
    events = calendar.walk("VEVENT")
    yield from same("components", calendar.subcomponents, events)
    for component in (calendar, *events):
        yield from (f"{component.name}: {name}: {why}" for name, why in component.errors)
    for event in events:
        for needed in ("UID", "DTSTAMP", "DTSTART", "SUMMARY", "DESCRIPTION", "CATEGORIES"):
            if isinstance(event.get(needed), (list, type(None))):
                yield f"{needed} is not there, or more than once"
    uids = Counter(event["UID"] for event in events)
    yield from (f"the UID {one} stands there {count} times" for one, count in uids.items() if count > 1)
    if due is not None:
        yield from same("UIDs", [*uids], [f"{entry['id']}@tillit" for entry in due["due"]])
        for event, entry in zip(events, due["due"], strict=False):
            yield from event_complaints(event, entry, due)


def event_complaints(event: dict, entry: dict, due: dict) -> Iterator[str]:
    said = f"of {entry['id']}"
    day = event["DTSTART"].dt
    yield from same(f"day {said}", (type(day), day), (date, date.fromisoformat(entry["date"])))
    # The runs name their day, and so they take place at noon.
    stamp = datetime.combine(date.fromisoformat(due["today"]), time(12), UTC)
    yield from same(f"stamp {said}", event["DTSTAMP"].dt, stamp)
    overdue = [OVERDUE[due["language"]]] * entry["overdue"]
    yield from same(f"categories {said}", [*map(str, event["CATEGORIES"].cats)], [entry["what"], *overdue])
    summary, description = str(event["SUMMARY"]), str(event["DESCRIPTION"])
    if not summary.startswith(entry["what"]):
        yield f"summary {said}: {summary!r}"
    told = [entry["name"] or entry["system"] or "", *entry["about"][:5]]
    yield from (f"{name!r} is not in the summary: {summary!r}" for name in told if is_shown_whole(name) and name not in summary)
    who, rule, place = description.split("\n")
    yield from (f"{name!r} is not in {who!r}" for name in entry["responsible"][:5] if is_shown_whole(name) and name not in who)
    if entry["rule"] and not rule.endswith(f": {entry['rule']}"):
        yield f"rule {said}: {rule!r}"
    location = entry["location"]
    if not place.endswith(f":{location['line']}:{location['column']}"):
        yield f"place {said}: {place!r}"
    if is_shown_whole(location["file"]) and location["file"] not in place:
        yield f"file {said}: {place!r}"


def is_shown_whole(name: str) -> bool:
    """Whether a name is shown as it is: short, with nothing in it that is written otherwise."""
    plain = all(unicodedata.category(c)[0] not in "CZ" or c == " " for c in name)
    return plain and len(name) <= WHOLE and name == name.strip() and "::" not in name and "##" not in name
