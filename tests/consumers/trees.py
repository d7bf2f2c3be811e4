"""The repositories that the formats are tried on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import yaml

from program import REPOSITORY, git

EXAMPLES = REPOSITORY / "examples"
DESK = """\
tillit: 1
system: {id: DESK, name: Desk, status: deployed, affects_workers: true, jurisdictions: ["NO"]}
purposes: [{id: rosters, area: scheduling}]
data: {inputs: [{id: log, category: task-log, purposes: [rosters], covert: true}]}
"""


def repository(folder: Path) -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet")
    return folder


def examples(folder: Path) -> Path:
    """All examples, the documented cases among them, below a folder of their own."""
    shutil.copytree(EXAMPLES, repository(folder) / "examples")
    return folder


def clean(folder: Path) -> Path:
    """One manifest in which nothing is found."""
    shutil.copy(EXAMPLES / "exemplary.tillit.yaml", repository(folder))
    return folder


def odd(folder: Path) -> Path:
    """Broken files, names that need escaping, line ends of every kind, and columns where UTF-16 counts otherwise."""
    repository(folder)
    (folder / "sub folder/ø").mkdir(parents=True)
    # What stands before the place that is found is two units of UTF-16, four bytes and one character each.
    wide = 'system: {id: wide, name: "😀😀 ß 👩‍💻", status: planed, "schlüssel 😀": x, colour: "😀", affects_workers: true}\n'
    files = {
        "space, comma; é.tillit.yaml": DESK.replace("DESK", "space"),
        "100%25 #1?a=b&c+d.tillit.yaml": DESK.replace("DESK", "percent"),
        "a:b [c] (d) 'e'.tillit.yaml": DESK.replace("DESK", "colon"),
        "sub folder/ø/😀.tillit.yml": DESK.replace("DESK", "emoji"),
        "wide.tillit.yaml": "tillit: 1\n" + wide,
        "crlf.tillit.yaml": ("tillit: 1\n" + wide.replace("id: wide", "id: crlf")).replace("\n", "\r\n"),
        "cr.tillit.yaml": ("tillit: 1\n" + wide.replace("id: wide", "id: cr")).replace("\n", "\r"),
        "mark.tillit.yaml": "\ufefftillit: 1\n" + wide.replace("id: wide", "id: mark"),
        "separators.tillit.yaml": DESK.replace("DESK", "separators").replace("Desk", '"a\u2028b\u0085c\u00a0d"'),
        "several.tillit.yaml": DESK.replace("DESK", "first") + "---\n" + DESK.replace("DESK", "second"),
        "same-a.tillit.yaml": DESK.replace("DESK", "same"),
        "same-b.tillit.yaml": DESK.replace("DESK", "same"),
        "broken.tillit.yaml": "tillit: 1\nsystem: {id: broken, name: [\n",
        "tab.tillit.yaml": "tillit: 1\nsystem:\n\tid: tab\n",
        "empty.tillit.yaml": "",
        "list.tillit.yaml": "- tillit\n- 1\n",
        "without-an-end.tillit.yaml": "tillit: 1\nsystem: {id: end, name: end, status: planed}",
        "key-twice.tillit.yaml": "tillit: 1\ntillit: 1\nsystem: {id: twice, id: twice, name: x}\n",
        "text.tillit.yaml": DESK.replace("DESK", "text").replace("Desk", r'"| [a](http://b.example) @c #1 <b> `d`"'),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content.encode())
    (folder / "utf16.tillit.yaml").write_bytes("tillit: 1\n".encode("utf-16"))
    (folder / "latin1.tillit.yaml").write_bytes("tillit: 1\nsystem: {name: é}\n".encode("latin-1"))
    (folder / "folder.tillit.yaml").mkdir()
    (folder / "link.tillit.yaml").symlink_to("/etc/hostname")
    return folder


def many(folder: Path) -> Path:
    """More findings than GitHub takes, and more of every level than it shows."""
    repository(folder)
    (folder / "tillit.yaml").write_text("levels: {no-covert-monitoring: warning, breaks-excluded: note}\n")
    keys = "".join(f", unknown-{n}: x" for n in range(200))
    inputs = ", ".join(f"{{id: i{n}, category: task-log, covert: true, during_breaks: true}}" for n in range(40))
    for number in range(100):
        system = f"{{id: s{number}, name: S, status: deployed, affects_workers: true{keys}}}"
        (folder / f"{number}.tillit.yaml").write_text(f"tillit: 1\nsystem: {system}\ndata: {{inputs: [{inputs}]}}\n")
    return folder


WAIVER = """\
waivers:
  - rule: breaks-excluded
    reason: The old system ends in March; | [x](http://b.example) @c #1
    from: 2026-11-01
    expires: 2027-03-01
    signatories: { employer: Head of IT, workers: Club leader }
    evidence: { file: minutes.pdf }
"""


DUE = """\
tillit: 1
system: {id: ID, name: NAME, status: pilot}
codetermination:
  parties: [{id: dpo, type: dpo, name: NAME}]
  steps: [{type: evaluation, date: 2026-03-01}]
  evaluation: {interval: 1 year, with: [tillitsvalgt, employer]}
assessments: {dpia: {review_date: 2026-11-20}}
fairness: {retest_interval: 6 months, tests: [{date: 2026-08-31}]}
accountability: {owner: {role: NAME}}
lifecycle: {end_date: 2026-12-31}
waivers: [{rule: process-open-to-workers, expires: 2026-11-25, signatories: {employer: NAME, workers: NAME}}]
---
tillit: 1
system: {id: ID-old, name: NAME, status: retired}
data:
  inputs: [{id: badge, category: badge-access, retention: 30 days}, {id: log, category: task-log, retention: 1 year}]
  generated: [{id: score, retention: 30 days}]
lifecycle: {end_date: 2026-10-01}
---
tillit: 1
system: {id: ID-camera, name: NAME, status: deployed}
lifecycle: {end_date: 2027-06-30}
"""


def due(folder: Path) -> Path:
    """Everything that can fall due, under names that a calendar has to escape, and the same system twice."""
    repository(folder)
    names = {
        "plain": "Shift planner",
        "signs": "a, b; c: d \\ e \\n f 'g' \"h\"",
        "wide": "Vaktliste æøå 日本語 😀😀😀😀😀😀😀😀😀😀 ß",
        "lines": "two\r\nlines\r\nEND:VEVENT\r\nBEGIN:VEVENT",
        "unsafe": "\u202egnirts \x1b[31m\u200b",
        "command": "::error::x ##[error]y",
        "long": "x" * 10_000,
        "blank": " ",
    }
    for name, value in names.items():
        text = DUE.replace("ID", name).replace("NAME", json.dumps(value))
        (folder / f"{name}, 1;2.tillit.yaml").write_text(text)
    (folder / "again.tillit.yaml").write_text(DUE.replace("ID", "plain").replace("NAME", "Again"))
    return folder


def set_aside(folder: Path) -> Path:
    """Findings of which one is waived; others are held back when a baseline is written."""
    repository(folder)
    (folder / "minutes.pdf").write_text("minutes")
    (folder / "a.tillit.yaml").write_text((EXAMPLES / "monitoring.tillit.yaml").read_text() + WAIVER)
    return folder


def moved(folder: Path) -> Path:
    """The examples written anew: a head of comments, other line breaks, and lists whose items have ids turned around."""
    examples(folder)
    for path in (folder / "examples").rglob("*.tillit.yaml"):
        manifest = turned(yaml.safe_load(path.read_text()))
        text = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False, width=60)
        path.write_text("# One line more.\n\n\n# And another one.\n" + text)
    return folder


def turned(value: object) -> object:
    if isinstance(value, dict):
        return {key: turned(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [turned(item) for item in value]
        has_ids = all(isinstance(item, dict) and "id" in item for item in items)
        return items[::-1] if has_ids else items
    return value
