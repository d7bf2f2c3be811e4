#!/usr/bin/env python3
"""Every format, read by programs of others and by what the services that take it require.

    formats.py TILLIT SCRATCH NODE_MODULES

`trees.py` makes the repositories, `readers/` has what each format must hold beyond what others check."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from jsonschema import Draft7Validator

import trees
from program import FORMATS, TODAY, Program, Ran, Tally, same
from readers import due, github, gitlab, junit, markdown, report, safe, sarif
from readers.place import Checked

READERS: dict[str, Callable[[bytes, Checked], Iterator[str]]] = {
    "text": lambda output, checked: iter(()),
    "json": report.complaints,
    "sarif": sarif.complaints,
    "github": github.complaints,
    "gitlab": gitlab.complaints,
    "junit": junit.complaints,
    "markdown": lambda output, checked: markdown.complaints(output),
}
SEVERITIES = ("error", "warning", "note")

# Notes of the multitool that are no faults here; errors and warnings are never accepted.
ACCEPTED = {
    "SARIF2002 Note_Default": "messages are written for each finding, not put together from a table of texts",
    "SARIF2003 Note_Default": "the report does not say which commit was checked; whoever uploads it does",
    "SARIF2009 Note_UseConventionalRuleIds": "rules are known by words, not by letters and numbers",
    "SARIF2010 Note_Default": "no source text is copied into the report: the reader has the repository",
    "SARIF2011 Note_Default": "the same",
    "SARIF2012 Note_FriendlyNameNotAPascalIdentifier": "a name with a word of one letter, such as NotAFile",
    "SARIF2012 Note_ProvideMetadataForAllViolatedRules": "only rules with results are described; a clean run has none",
}
# A report in which the multitool must find something by both sets of rules, or it did not look.
CONTROL = {
    "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "control", "rules": [{"id": "a"}]}},
            "results": [
                {
                    "ruleId": "a",
                    "message": {"text": "x"},
                    "locations": [
                        {"physicalLocation": {"artifactLocation": {"uri": "a"}, "region": {"startLine": 5, "endLine": 2}}}
                    ],
                }
            ],
        }
    ],
}


class Formats:
    """The checks, with what they share."""

    def __init__(self, program: Program, modules: Path, tally: Tally) -> None:
        self.program = program
        self.multitool = modules / "@microsoft/sarif-multitool-linux"
        self.tally = tally
        self.logs: dict[str, tuple[Path, Checked]] = {}

    def run(self) -> None:
        scratch = self.program.scratch
        trees_of = {make.__name__: make(scratch / make.__name__) for make in (trees.examples, trees.odd, trees.clean)}
        for name, root in trees_of.items():
            self.tree(name, root, root)
        self.tree("examples from a folder below", trees_of["examples"], trees_of["examples"] / "examples/cases")
        self.many(trees.many(scratch / "many"))
        self.set_aside(trees.set_aside(scratch / "set_aside"))
        self.stays_when_moved(trees_of["examples"], trees.moved(scratch / "moved"))
        self.in_one_run(trees_of["odd"])
        self.due({**trees_of, "due": trees.due(scratch / "due")})
        self.sarif_schema()
        self.sarif_multitool()
        self.sarif_tools()

    def tree(self, name: str, root: Path, here: Path) -> None:
        """All formats of one repository."""
        ran = {kind: self.program.check("--format", kind, cwd=here) for kind in FORMATS}
        checked = Checked(ran["json"].json(), root, here)
        for kind, output in ran.items():
            self.tally.case(f"{kind} of {name}", self.format(kind, output, checked))
        for level in ("error", "warning", "note", "never"):
            codes = {k: self.program.check("--format", k, "--fail-on", level, cwd=here).code for k in FORMATS}
            self.tally.case(f"exit code of {name}, --fail-on {level}", same("codes", codes, self.wanted(codes, level, checked)))
        log = self.program.scratch / f"{name}.sarif"
        log.write_bytes(ran["sarif"].out)
        self.logs[name] = log, checked

    def format(self, kind: str, ran: Ran, checked: Checked) -> Iterator[str]:
        yield from same("standard error", ran.err, b"")
        yield from safe.complaints(ran.out)
        yield from READERS[kind](ran.out, checked)

    def wanted(self, codes: dict[str, int], level: str, checked: Checked) -> dict[str, int]:
        levels = SEVERITIES[: SEVERITIES.index(level) + 1] if level != "never" else ()
        return dict.fromkeys(codes, int(any(checked.count(severity) for severity in levels)))

    def many(self, root: Path) -> None:
        """The limits: the most severe stay, and what was left out is said."""
        ran = {kind: self.program.check("--format", kind, cwd=root) for kind in FORMATS}
        checked = Checked(ran["json"].json(), root, root)
        self.tally.case("enough findings for the limits", self.enough(checked))
        for kind in ("sarif", "github", "markdown"):
            self.tally.case(f"{kind} of many", self.format(kind, ran[kind], checked))
        self.tally.case("sarif keeps the most severe", self.cut_sarif(json.loads(ran["sarif"].out), checked))
        self.tally.case("markdown says that it was cut", self.cut_markdown(ran["markdown"].out.decode(), checked))
        for kind in ("json", "gitlab", "junit"):
            entries = {
                "json": lambda out: sum(len(file["findings"]) for file in json.loads(out)["files"]),
                "gitlab": lambda out: len(json.loads(out)),
                "junit": lambda out: out.count(b"<failure ") + out.count(b"<skipped "),
            }[kind](ran[kind].out)
            self.tally.case(f"{kind} has all of many", same("findings", entries, self.total(checked)))

    def total(self, checked: Checked) -> int:
        return sum(checked.count(severity) for severity in SEVERITIES)

    def enough(self, checked: Checked) -> Iterator[str]:
        if self.total(checked) <= sarif.MOST_RESULTS or checked.count("error") >= sarif.MOST_RESULTS:
            yield f"the test needs more findings than the limit, and fewer errors: {checked.report['summary']}"

    def cut_sarif(self, log: dict, checked: Checked) -> Iterator[str]:
        run = log["runs"][0]
        yield from same("results", len(run["results"]), sarif.MOST_RESULTS)
        room = sarif.MOST_RESULTS
        levels = Counter(result["level"] for result in run["results"])
        for severity in SEVERITIES:
            wanted = min(room, checked.count(severity))
            yield from same(f"results of level {severity}", levels[severity], wanted)
            room -= wanted
        said = " ".join(
            notification["message"]["text"]
            for invocation in run.get("invocations", [])
            for notification in invocation.get("toolExecutionNotifications", [])
        )
        left_out = self.total(checked) - sarif.MOST_RESULTS
        if str(left_out) not in re.sub(r"(?<=\d)[,\u202f\u00a0 ](?=\d{3})", "", said):
            yield f"no notification says that {left_out} findings were left out: {said!r}"

    def cut_markdown(self, text: str, checked: Checked) -> Iterator[str]:
        if not re.search(r"\bcut\b|\bleft out\b|\bmore\b|\bnot shown\b", text):
            yield f"it does not say that it was cut; its end: {text[-300:]!r}"
        if str(checked.count("error")) not in text.replace(",", ""):
            yield "it does not say how many errors there are"

    def set_aside(self, root: Path) -> None:
        """What is waived or in the baseline is in no report unless it is asked for."""
        waived = self.program.check("--format", "json", "--show-waived", cwd=root).json()["waived"]
        self.tally.case("one finding is waived", same("waived", [w["finding"]["rule"] for w in waived], ["breaks-excluded"]))
        self.tree("a waiver", root, root)
        fingerprint = waived[0]["finding"]["fingerprint"]
        # Markdown and annotations show no fingerprints.
        for kind in ("json", "sarif", "gitlab"):
            told = self.program.check("--format", kind, cwd=root).out
            self.tally.case(f"{kind} leaves out what is waived", same("shown", fingerprint.encode() in told, False))
        log = self.program.check("--format", "sarif", "--show-waived", cwd=root)
        self.tally.case("sarif shows what is waived when asked", self.suppressed(json.loads(log.out), fingerprint))
        written = self.program.run("baseline", "--today", TODAY, cwd=root)
        self.tally.case("a baseline is written", same("exit code", written.code, 0))
        self.tree("a baseline", root, root)
        report = self.program.check("--format", "json", cwd=root).json()
        left = [f["rule"] for file in report["files"] for f in file["findings"] if f["waivable"] and f["category"] != "form"]
        self.tally.case("the baseline holds back what can be waived", same("left", left, []))

    def suppressed(self, log: dict, fingerprint: str) -> Iterator[str]:
        run = log["runs"][0]
        found = [r for r in run["results"] if r.get("suppressions")]
        yield from same("suppressed", [r["partialFingerprints"]["primaryLocationLineHash"] for r in found], [fingerprint])
        for result in found:
            if "The old system ends in March" not in result["suppressions"][0].get("justification", ""):
                yield f"no reason: {result['suppressions']}"

    def stays_when_moved(self, root: Path, moved: Path) -> None:
        """Fingerprints are of what was found, not of where it stands in the file.

        Which finding speaks for others at the same place may depend on the order of a list; so one that was shown must
        be there afterwards, if only behind another one, which the JSON report shows.
        """

        def of_sarif(where: Path) -> Counter:
            results = json.loads(self.program.check("--format", "sarif", cwd=where).out)["runs"][0]["results"]
            return Counter((r["ruleId"], r["partialFingerprints"]["tillit/v1"]) for r in results)

        def everything(where: Path) -> set[str]:
            def behind(findings: list[dict]) -> Iterator[str]:
                for finding in findings:
                    yield finding["fingerprint"]
                    yield from behind(finding["related"])

            files = self.program.check("--format", "json", cwd=where).json()["files"]
            return {fingerprint for file in files for fingerprint in behind(file["findings"])}

        def of_gitlab(where: Path) -> Counter:
            entries = json.loads(self.program.check("--format", "gitlab", cwd=where).out)
            return Counter((entry["check_name"], entry["fingerprint"]) for entry in entries)

        below = root / "examples"
        for kind, of in (("sarif", of_sarif), ("gitlab", of_gitlab)):
            before = of(root)
            for how, where in (("lines move and lists are turned", moved), ("run from below", below)):
                there = everything(where)
                changed = sorted(one for one in (before - of(where)).elements() if one[1] not in there)
                self.tally.case(f"{kind} fingerprints stay when {how}", same("other fingerprints", changed, []))

    def in_one_run(self, root: Path) -> None:
        """Several reports at once are the same as each alone, and change nothing about the run."""
        alone = {kind: self.program.check("--format", kind, cwd=root) for kind in FORMATS}
        out = self.program.scratch / "reports"
        out.mkdir()
        reports = [word for kind in FORMATS for word in ("--report", f"{kind}={out / kind}")]
        for main in FORMATS:
            ran = self.program.check("--format", main, *reports, cwd=root)
            self.tally.case(f"{main} with a report of every format", self.same_run(ran, alone[main]))
            for kind in FORMATS:
                written = (out / kind).read_bytes() if (out / kind).exists() else None
                self.tally.case(f"{kind} as a report beside {main}", self.same_bytes(written, alone[kind].out))
                (out / kind).unlink(missing_ok=True)

    def same_run(self, ran: Ran, alone: Ran) -> Iterator[str]:
        yield from same("exit code", ran.code, alone.code)
        yield from same("standard error", ran.err, alone.err)
        yield from self.same_bytes(ran.out, alone.out)

    def same_bytes(self, found: bytes | None, wanted: bytes) -> Iterator[str]:
        if found is None:
            yield "not written"
        elif found != wanted:
            yield f"differs from the report alone: {len(found)} bytes, not {len(wanted)}"

    def due(self, trees_of: dict[str, Path]) -> None:
        """What falls due: the list fits its schema, and a calendar library reads every entry of it."""
        for name, root in trees_of.items():
            for lang in ("en", "nb"):
                ran = {kind: self.listed(root, kind, "--lang", lang) for kind in ("text", "json", "ics")}
                codes = {kind: output.code for kind, output in ran.items()}
                # Broken files are among the odd ones.
                wanted = dict.fromkeys(codes, 2 if name == "odd" else 0)
                self.tally.case(f"exit code of due of {name}, {lang}", same("codes", codes, wanted))
                for kind in ("text", "json"):
                    self.tally.case(f"due {kind} of {name} is safe, {lang}", safe.complaints(ran[kind].out))
                calendar = ran["ics"].out
                self.tally.case(f"due ics of {name} is safe, {lang}", safe.complaints(calendar.replace(b"\r\n", b"\n")))
                self.tally.case(f"due json of {name}, {lang}", due.list_complaints(ran["json"].out))
                self.tally.case(f"due ics of {name}, {lang}", due.calendar_complaints(calendar, ran["json"].json()))
        entries = self.listed(trees_of["due"], "json").json()["due"]
        kinds = due.SCHEMA.schema["$defs"]["entry"]["properties"]["kind"]["enum"]
        self.tally.case("every kind falls due", same("kinds", {entry["kind"] for entry in entries}, set(kinds)))
        later = self.listed(trees_of["due"], "json", "--today", "2028-01-01").json()["due"]
        ids = [{entry["id"] for entry in told} for told in (entries, later)]
        self.tally.case("ids do not depend on the day of the run", same("other ids", ids[0] ^ ids[1], set()))

    def listed(self, root: Path, kind: str, *more: str) -> Ran:
        day = () if "--today" in more else ("--today", TODAY)
        return self.program.run("due", "--format", kind, *day, *more, cwd=root)

    def sarif_schema(self) -> None:
        """The schema of OASIS, as Microsoft's package ships it."""
        schema = json.loads((self.multitool / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
        validator = Draft7Validator(schema)
        for name, (log, _) in self.logs.items():
            errors = validator.iter_errors(json.loads(log.read_bytes()))
            self.tally.case(f"sarif schema on {name}", (f"{e.json_path}: {e.message}" for e in errors))

    def sarif_multitool(self) -> None:
        """Microsoft's validator. Its exit code says nothing, so its own report is read, and must find the control bad."""
        scratch = self.program.scratch
        control, said = scratch / "control.sarif", scratch / "said.sarif"
        control.write_text(json.dumps(CONTROL))
        logs = [control, *(log for log, _ in self.logs.values())]
        subprocess.run(
            [
                *(self.multitool / "Sarif.Multitool", "validate", *logs, "--output", said, "--log", "ForceOverwrite"),
                *("--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note"),
                *("--config", Path(__file__).parent / "multitool.xml"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        run = json.loads(said.read_text(encoding="utf-8-sig"))["runs"][0]
        found: dict[str, Counter] = {}
        for result in run["results"]:
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            note = f"{result['ruleId']} {result['message'].get('id', '')}"
            found.setdefault(Path(uri).name.replace("%20", " "), Counter())[result.get("level", "warning"), note] += 1
        faults = {(note.split()[0], level) for level, note in found.get(control.name, ())}
        wanted = {("SARIF1007", "error"), ("GH2012", "error")}
        self.tally.case("the multitool looked", same("faults not found in the control", wanted - faults, set()))
        notes = {note for results in found.values() for _, note in results}
        self.tally.case("every accepted note is needed", same("accepted in vain", set(ACCEPTED) - notes, set()))
        for name, (log, checked) in self.logs.items():
            results = found.get(log.name, Counter())
            complaints = [f"{k}: {n} times" for k, n in results.items() if k[0] != "note" or k[1] not in ACCEPTED]
            if not results and self.total(checked):
                complaints.append("it said nothing at all, so it did not look")
            self.tally.case(f"sarif multitool on {name}", complaints)

    def sarif_tools(self) -> None:
        """The reader of many who are not on GitHub."""
        tool = Path(sys.executable).parent / "sarif"
        for name, (log, checked) in self.logs.items():
            table = log.with_suffix(".csv")
            subprocess.run([tool, "csv", "--output", table, log], check=True, stdout=subprocess.DEVNULL)
            with table.open(newline="", encoding="utf-8-sig") as file:
                rows = Counter(row["Severity"] for row in csv.DictReader(file))
            summary = subprocess.run([tool, "summary", log], check=True, capture_output=True, text=True).stdout
            for severity in SEVERITIES:
                count = checked.count(severity)
                told = re.search(rf"^{severity}: (\d+)$", summary, re.MULTILINE)
                said = [*same("in the table", rows[severity], count)]
                said += same("in the summary", int(told[1]) if told else None, count)
                self.tally.case(f"sarif-tools count each {severity} of {name}", said)


def main() -> int:
    tillit, scratch, modules = map(Path, sys.argv[1:])
    tally = Tally("formats")
    Formats(Program(tillit.resolve(), scratch.resolve()), modules.resolve(), tally).run()
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
