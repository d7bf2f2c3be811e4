"""Content that means harm: texts that would do something where they are shown, and files that would cost too much.

A text stands in every place where the program reads text: in a manifest of the right shape and in one of the wrong
shape, in `tillit.yaml`, in a rule of the organisation's own, in `tillit-baseline.json`, in the record of an agreement
and the lists of those who sign, and in the name of a file. A file stands in the place of each of these files. `MARK` is in every text, so that a reader can tell where it went."""

from __future__ import annotations

import hashlib
import json
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MARK = "PWNED"

# Everything that is invisible, steers a terminal or turns the direction of text.
INVISIBLE = "".join(
    c
    for c in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} and c not in "\n\r"
)

TEXTS = {
    "command": f"::error::{MARK}",
    "command-after-newline": f"a\n::error::{MARK}\nb",
    "command-after-cr": f"a\r::error::{MARK}",
    "command-after-crlf": f"a\r\n::error::{MARK}",
    "command-after-next-line": f"a\u0085::error::{MARK}",
    "command-after-line-separator": f"a\u2028::error::{MARK}",
    "command-after-spaces": f"a\n\u2003\u00a0\t::error file=x,line=1::{MARK}",
    "command-percent": f"a%0A::error::{MARK}%0D::error::{MARK}",
    "command-in-middle": f"x ##[error]{MARK} ##[add-mask]e",
    "command-stop": f"::stop-commands::{MARK}",
    "command-mask": "::add-mask::the\n::add-mask::e",
    "command-matcher": f"::add-matcher::{MARK}.json\n::set-output name=findings::0",
    "command-upper-case": f"::ERROR::{MARK}\n##[GROUP]{MARK}",
    "command-properties": f"a,line=999,title={MARK}::b",
    "command-azure": f"a ##vso[task.setvariable variable=PATH]{MARK}",
    "command-teamcity": f"##teamcity[buildStatus text='{MARK}']",
    "escape-colour": f"\x1b[2J\x1b[31m{MARK}\x1b[0m\x9b31m",
    "escape-link": f"\x1b]8;;http://evil.example\x07{MARK}\x1b]8;;\x07\x1b]0;title\x07",
    "escape-clipboard": f"\x1b]52;c;{MARK}\x1b\\\x1bP+q\x1b\\\x08\x08\x7f\x00",
    "bidirectional": f"admin\u202e{MARK} exe.png\u202c \u2066x\u2069 \u061c\u200e\u200f",
    "zero-width": f"{MARK}\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u3164\uffa0",
    "tag-characters": MARK + "".join(chr(0xE0000 + ord(c)) for c in "ignore this"),
    "everything-invisible": MARK + INVISIBLE,
    "confusable": f"{MARK}-hr\u2011bot \u04bbr-bot HR-BOT",
    "markdown-link": f"[{MARK}](javascript:alert(1)) ![{MARK}](http://evil.example/x.png) <http://evil.example/{MARK}>",
    "markdown-reference": f"[{MARK}]\n\n[{MARK}]: http://evil.example/x",
    "markdown-bare-link": f"http://evil.example/{MARK} www.evil.example/{MARK} {MARK}@evil.example",
    "markdown-mention": f"@{MARK}/team @{MARK} #1 {MARK}/repository#1 GH-1",
    "markdown-heading": f"\n# {MARK}\n\n{MARK}\n===\n\n- {MARK}\n\n> {MARK}\n\n---\n",
    "markdown-table": f"| {MARK} | b | c |\n|---|---|---|\n| {MARK} \\| d | e | f | g |",
    "markdown-fence": f"```\n{MARK}\n``` `` ` ~~~\n{MARK}",
    "markdown-ticks": f"`{MARK}` ``{MARK}`` \\`{MARK}` `` ` @{MARK} [x](http://evil.example/{MARK})",
    "markdown-html": f"<img src=x onerror=alert(1)> <!-- {MARK} --> </details> <b>{MARK}</b> <a href=//evil.example>x",
    "html": f"</script><script>window.{MARK}=1</script><svg onload=window.{MARK}=1>'\"&<",
    "xml": f"]]> &{MARK}; <!DOCTYPE {MARK}> <?{MARK}?> <![CDATA[ \x01\x0b\ufffe\uffff &#0; &#x1b;",
    "json": f"\",\"{MARK}\":\"\\u001b \\",
    "formula": f"=HYPERLINK(\"http://evil.example\",\"{MARK}\")",
    "template": f"${{{{ secrets.{MARK} }}}} $(touch {MARK}) `touch {MARK}` {{{{7*7}}}} {{{MARK}}} %s %n %1$s",
    "long-line": f"{MARK} " + "\u00e5\U0001f600" * 20_000,
    "many-lines": f"{MARK}\n" * 5_000,
    "combining": MARK + "\u0301" * 2_000,
    "slow-pattern": f"{MARK}" + "a" * 50_000 + "!" + "a@" * 20_000,
}

# Where a record is looked for. None of these may be opened outside the repository, and none fetched.
RECORDS = [
    "../../../../etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "outside.pdf",
    "..\\..\\x",
    "C:\\Windows\\win.ini",
    "//evil.example/share",
    "\\\\evil.example\\share",
    "CON",
    "docs/%2e%2e/%2e%2e/etc/passwd",
    "javascript:alert(1)",
    "data:text/html,<script>",
    "http://127.0.0.1:22/",
    "a\0b",
    "fifo.pdf",
    "loop.pdf",
    "~/.ssh/id_rsa",
    "$HOME/x",
    ".git/config",
    "/dev/zero",
    "zero.pdf",
]


def alias_bomb() -> str:
    lines = ["a0: &a0 [lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(lines)


FILES: dict[str, str | bytes | Callable[[], str | bytes]] = {
    "alias-bomb": alias_bomb,
    "alias-of-itself": "a: &a [*a]\n",
    "merge-bomb": lambda: "b: &b {x: 1}\nc:\n  <<: [" + ",".join(["*b"] * 20_000) + "]\n",
    "nested-100000": lambda: "[" * 100_000,
    "nested-and-closed-20000": lambda: "[" * 20_000 + "]" * 20_000,
    "nested-objects-20000": lambda: '{"a":' * 20_000 + "1" + "}" * 20_000,
    "nested-blocks-5000": lambda: "".join(" " * n + "a:\n" for n in range(5_000)),
    "nested-maps-never-closed": lambda: "a: " + "{a: " * 5_000,
    "quote-never-closed": lambda: '"' + "\\\n" * 200_000,
    "documents-100000": lambda: "--- a\n" * 100_000,
    "value-of-20-megabytes": lambda: "name: " + "A" * 20_000_000 + "\n",
    "string-of-60-megabytes": lambda: '["' + "A" * 60_000_000 + '"]',
    "lists-of-60-megabytes": lambda: '{"tillit-baseline": 1, "findings": [' + "[]," * 20_000_000 + "[]]}",
    "lines-of-60-megabytes": lambda: '{"tillit-baseline": 1, "findings": []}' + "\n" * 60_000_000 + "x",
    "more-than-100-megabytes": lambda: "{" + " " * 100_000_000 + "}",
    "keys-200000": lambda: "".join(f"k{n}: {n}\n" for n in range(200_000)),
    "list-200000": lambda: "[" + ",".join(f'"{n:016x}"' for n in range(200_000)) + "]",
    "key-of-a-megabyte": lambda: "? " + "k" * 1_000_000 + "\n: v\n",
    "comment-of-10-megabytes": lambda: "#" * 10_000_000,
    "anchors-100000": lambda: "".join(f"k{n}: &a{n} x\n" for n in range(100_000)),
    "same-key-twice": "name: a\nname: b\n",
    "utf16": "\ufeffname: x\n".encode("utf-16-le"),
    "utf32": "\ufeffname: x\n".encode("utf-32-le"),
    "byte-order-mark": "\ufefftillit: 1\n",
    "nul": b"name: a\0b\n",
    "not-utf8": b"name: \xff\xfe\n",
    "surrogate": b"name: \xed\xa0\x80\n",
    "surrogate-escape": '{"name": "\\uD83D"}\n',
    "crlf": "tillit: 1\r\nsystem: {id: a}\r\n",
    "cr-only": "tillit: 1\rsystem: {id: a}\r",
    "tags": "a: !!python/object/apply:os.system ['touch PWNED']\nb: !!binary aGk=\nc: !include /etc/passwd\n",
    "directive": "%YAML 9.9\n%TAG ! tag:evil.example,2000:\n---\na: !x b\n",
    "empty": "",
    "only-a-comment": "# x\n",
    "only-a-word": "hi\n",
    "only-a-list": "- a\n",
    "yaml-1.1": "country: no\nversion: 1.10\nsex: 12:30:45\noct: 0777\nday: 2026-11-25\n",
    "huge-numbers": '{"tillit": 1e999999, "version": 123456789012345678901234567890, "x": -0}\n',
    "random": bytes(n * n * 31 % 251 for n in range(5_000)),
    "escapes-raw": b"tillit: 1\nsystem: {id: \x1b[2J\x1b]0;PWNED\x07, name: \x9b31m}\n",
}


@dataclass(frozen=True)
class Attack:
    """A folder with hostile content, made when its turn has come."""

    name: str
    files: Callable[[], dict[str, str | bytes]]

    def write(self, folder: Path) -> None:
        for path, content in self.files().items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


def quoted(text: str) -> str:
    """The text as a double-quoted scalar of YAML, with everything but ASCII written as an escape."""
    written = (c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08X}" for c in text)
    return f'"{"".join(written)}"'


# Something to find in any case, so that every format has something to report.
PLAIN = """\
tillit: 1
system: {id: desk, name: Desk, status: deployed, affects_workers: true, jurisdictions: ["NO"]}
purposes: [{id: rosters, area: scheduling}]
data: {inputs: [{id: log, category: task-log, purposes: [rosters], covert: true}]}
"""


def right_shape(text: str) -> dict[str, str]:
    """Free text wherever a manifest takes it, in two systems that are also seen together."""
    q = quoted(text)
    one = f"""\
tillit: 1
system: {{id: SYSTEM, name: {q}, description: {q}, version: {q}, status: deployed, affects_workers: true, x-{MARK}: {q}}}
employer: {{name: {q}, employees: 220}}
purposes:
  - {{id: {q}, area: evaluation, description: {q}, legal_basis: consent, basis_record: {{file: {q}}}}}
subjects: {{groups: [{{id: {q}, name: {q}, type: employees, count: 180}}]}}
data:
  inputs:
    - id: {q}
      category: location-continuous
      purposes: [{q}]
      necessity: {q}
      identifiable: true
      mode: continuous
      covert: true
      off_duty: true
      audio: true
      retention: 2 years
      retention_reason: {q}
      access_roles: [{q}]
      recipients: [{q}]
  generated:
    - {{id: {q}, category: performance-score, derived_from: [{q}], purposes: [{q}], visible_to_worker: false}}
decisions:
  - {{id: {q}, purpose: {q}, effect: significant, autonomy: automatic, accountable_role: {q}, criteria: [{q}]}}
codetermination:
  parties: [{{id: {q}, type: tillitsvalgt, name: {q}, role: {q}, mandate: discuss}}]
  steps: [{{id: {q}, type: information, date: 2026-10-20, parties: [tillitsvalgt], evidence: {{archive: {q}}}}}]
  conditions: [{{text: {q}, met: false}}]
suppliers: [{{name: {q}, product: {q}, country: DK, subprocessors: [{q}], capabilities: [ranking]}}]
lifecycle: {{deploy_date: 2026-10-01, changes: [{{what: {q}, date: 2026-11-02, material: true}}]}}
waivers:
  - rule: no-covert-monitoring
    reason: {q}
    expires: 2027-01-01
    signatories: {{employer: {q}, workers: {q}}}
    evidence: {{file: {q}}}
  - {{rule: {q}, reason: {q}, expires: 2027-01-01, signatories: {{employer: {q}, workers: {q}}}}}
  - {{rule: retention-defined, reason: {q}, expires: 2026-12-01, signatories: {{employer: {q}, workers: {q}}}}}
"""
    return {f"{name}.tillit.yaml": one.replace("SYSTEM", q if name == "one" else name) for name in ("one", "two")}


def wrong_shape(text: str) -> dict[str, str]:
    """The text as a key, a term, a date, a duration, a reference: everything that a message quotes."""
    q = quoted(text)
    return {
        "wrong.tillit.yaml": f"""\
tillit: {q}
{q}: {q}
system: {{id: {q}, name: wrong, status: {q}, {q}: {q}, affects_workers: {q}, jurisdictions: [{q}]}}
employer: {{name: {q}, employees: {q}, collective_agreements: [{q}]}}
purposes: [{{id: {q}, area: {q}, legal_basis: {q}}}, {{id: {q}, area: {q}}}]
data: {{inputs: [{{id: log, category: {q}, purposes: [{q}], retention: {q}, mode: {q}, {q}: x}}]}}
codetermination: {{steps: [{{id: step, type: {q}, date: {q}, parties: [{q}], evidence: {{{q}: {q}}}}}]}}
suppliers: {q}
waivers: [{{rule: {q}, expires: {q}, signatories: {q}}}, {q}]
"""
    }


def in_the_source(text: str) -> dict[str, str]:
    """The text unescaped, on the lines that an excerpt shows. Much of it is no YAML at all."""
    lines = text.split("\n")
    flat = " ".join(lines)
    block = "\n".join(f"    {line}" for line in lines)
    single = flat.replace("'", "''")
    return {
        "comment.tillit.yaml": PLAIN.replace("covert: true}]}", f"covert: true}}]}} # {flat}"),
        "block.tillit.yaml": f"tillit: 1\nsystem:\n  name: |\n{block}\n  id: a\n  status: planed # {flat}\n",
        "single.tillit.yaml": f"tillit: 1\nsystem: {{id: b, name: '{single}', status: '{single}'}}\n'{single}': '{single}'\n",
        "plain.tillit.yaml": f"tillit: 1\nsystem:\n  id: c\n  status: {flat}\n{flat}\n",
    }


def configuration(text: str) -> dict[str, str]:
    q = quoted(text)
    return {
        "tillit.yaml": f"""\
{q}: {q}
language: {q}
fail-on: {q}
packs: {{{q}: true, core: {q}}}
levels: {{{q}: off, no-covert-monitoring: {q}}}
params: {{{q}: {{{q}: {q}}}, consultation-early-enough: {{{q}: 1, min_preparation: {q}}}}}
exclude: [{q}]
rules: [{q}]
vocabulary: {{{q}: {{{q}: {{is_a: {q}}}}}, data_categories: {{{q}: {{is_a: {q}, en: {q}, nb: {q}, tags: [{q}]}}}}}}
""",
        "a.tillit.yaml": PLAIN,
    }


def accepted_configuration(text: str) -> dict[str, str]:
    """A configuration that may be accepted, so that its texts reach the findings."""
    q = quoted(text)
    return {
        "tillit.yaml": f"""\
exclude: [{q}]
vocabulary: {{data_categories: {{own-log: {{is_a: task-log, en: {q}, nb: {q}}}}}}}
""",
        "a.tillit.yaml": PLAIN.replace("task-log", "own-log"),
    }


def own_rule(text: str) -> dict[str, str]:
    """A rule that finds something, with the text in everything that it says."""
    q = quoted(text.replace("{", "{{").replace("}", "}}"))
    both = f"{{en: {q}, nb: {q}}}"
    return {
        "tillit.yaml": "rules: [policy/]\n",
        "policy/own-rule.yaml": f"""\
id: own-rule
severity: warning
bases: [{{packs: [core], source: seed-b, refs: [B4], says: {both}}}]
require: {{ accountability.owner.contact: answered }}
title: {both}
message: {both}
help: {both}
rationale: {both}
limits: {both}
examples:
  bad: [{{system: {{id: {q}}}}}] # finding
  good: [{{accountability: {{owner: {{contact: {q}}}}}}}]
""",
        "a.tillit.yaml": PLAIN,
    }


def wrong_rule(text: str) -> dict[str, str]:
    q = quoted(text)
    return {
        "tillit.yaml": "rules: [policy/]\n",
        "policy/own-rule.yaml": f"""\
id: {q}
category: {q}
{q}: {q}
bases: [{{packs: [{q}], source: {q}, refs: [{q}], says: {q}}}]
params: {{{q}: {{default: {q}}}}}
given: {q}
when: {{{q}: {{{q}: {q}}}}}
require: {{ accountability.owner.contact: {{ matches: {q} }}, data.inputs: {q} }}
message: "{{{text.split(chr(10))[0].replace(chr(34), "")[:40].encode("ascii", "ignore").decode()}}}"
examples: {q}
""",
        "a.tillit.yaml": PLAIN,
    }


def baseline(text: str) -> dict[str, str]:
    """Entries of the right shape. None of them is found any more, which the program says."""
    entries = [
        {"system": text, "rule": text, "place": text, "severity": "error", "fingerprint": "0" * 32},
        {"system": "desk", "rule": "no-covert-monitoring", "place": text, "severity": "note", "fingerprint": "1" * 32},
    ]
    written = json.dumps({"tillit-baseline": 1, "findings": entries}, ensure_ascii=False)
    return {"tillit-baseline.json": written, "a.tillit.yaml": PLAIN}


def wrong_baseline(text: str) -> dict[str, str]:
    entry = {"system": text, "rule": [text], "place": text, "severity": text, "fingerprint": text, text: text}
    written = json.dumps({text: text, "tillit-baseline": 1, "findings": [entry, text]}, ensure_ascii=False)
    return {"tillit-baseline.json": written, "a.tillit.yaml": PLAIN}


RECORD = "agreements/desk-2026-11-02.yaml"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIyYodTwf8kMLKJFWcMOGc0rxtpo4RyXt7K7pAKKq6lJ"
AGREED = PLAIN + f"codetermination: {{ agreement: {{ file: {RECORD} }} }}\n"


def agreement(text: str) -> dict[str, str]:
    """A record of the right shape, with the text wherever text stands, and somebody of that name who may sign."""
    q = quoted(text)
    line = json.dumps(text)
    content = f"suppliers = [{line}]\n"
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    return {
        "tillit.yaml": "allowed-signers: allowed_signers\n",
        "allowed_signers": f'"worker:{text}" {KEY}\n',
        RECORD: f"""\
tillit_agreement: 1
system: desk
name: {q}
written_by: {q}
date: "2026-11-02"
parties: [{{ type: {q}, name: {q} }}]
steps: [{{ type: {q}, date: {q}, outcome: {q}, record: {q} }}]
summary: {{ en: {q}, nb: {q} }}
content: |
  {content}sha256: {digest}
""",
        f"{RECORD}.worker.sig": text,
        "a.tillit.yaml": AGREED,
    }


def wrong_agreement(text: str) -> dict[str, str]:
    q = quoted(text)
    record = f"tillit_agreement: 1\nsystem: {q}\n{q}: {q}\ndate: {q}\nparties: {q}\nsummary: {{ {q}: {q} }}\n"
    return {
        "tillit.yaml": f"allowed-signers: {q}\nrevoked-signers: {q}\n" if len(text) % 2 else "allowed-signers: allowed_signers\n",
        "allowed_signers": f"{text}\nworker:x {text} {KEY}\nworker:x namespaces={text} {KEY}\nworker:x {text}\n",
        RECORD: record,
        "a.tillit.yaml": AGREED.replace(RECORD, q) if len(text) % 3 else AGREED,
    }


TEXT_PLACES = {
    "values": right_shape,
    "mistakes": wrong_shape,
    "source": in_the_source,
    "configuration": configuration,
    "vocabulary": accepted_configuration,
    "rule": own_rule,
    "rule-mistakes": wrong_rule,
    "baseline": baseline,
    "baseline-mistakes": wrong_baseline,
    "agreement": agreement,
    "agreement-mistakes": wrong_agreement,
}

FILE_PLACES = {
    "manifest": "a.tillit.yaml",
    "configuration": "tillit.yaml",
    "rule": "policy/own-rule.yaml",
    "baseline": "tillit-baseline.json",
    "record": RECORD,
    "signature": f"{RECORD}.worker.sig",
    "signers": "allowed_signers",
    "revoked": "revoked_signers",
}


def attacks() -> Iterator[Attack]:
    """All of them, those of one place beside each other."""
    for place, files in TEXT_PLACES.items():
        for name, text in TEXTS.items():
            yield Attack(f"{place}/{name}", lambda files=files, text=text: files(text))
    for place, path in FILE_PLACES.items():
        for name, content in FILES.items():
            yield Attack(f"{place}-file/{name}", lambda path=path, content=content: in_place_of(path, content))
    yield Attack("values/records", records)


def in_place_of(path: str, content: str | bytes | Callable[[], str | bytes]) -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = {"b.tillit.yaml": PLAIN}
    if path.startswith("policy/"):
        files["tillit.yaml"] = "rules: [policy/]\n"
    if path.startswith("agreements/") or path.endswith("_signers"):
        # In place of the other manifest, which describes the same system.
        files = agreement("Kari") | {"revoked_signers": "# nobody\n"}
        files["tillit.yaml"] += "revoked-signers: revoked_signers\n"
    files[path] = content() if callable(content) else content
    return files


def records() -> dict[str, str]:
    """Records in places where nothing may be opened."""
    purposes = ", ".join(
        f"{{id: p{n}, area: scheduling, basis_record: {{file: {quoted(r)}}}, balancing_test: {{url: {quoted(r)}}}}}"
        for n, r in enumerate(RECORDS)
    )
    return {"a.tillit.yaml": PLAIN.replace("[{id: rosters, area: scheduling}]", f"[{{id: rosters}}, {purposes}]")}
