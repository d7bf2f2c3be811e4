"""The action as its users run it: what a job ends with, and what it leaves behind.

What stays untested: GitHub's own runner, macOS and Windows, the real upload to code scanning (only whether it is asked
for, and with what), the download from GitHub, and building from source (only how cargo is called)."""

from __future__ import annotations

import json
from pathlib import Path

from lint import documented
from stage import ALSO_BAD, ALSO_GOOD, BAD, GOOD, PIN, TARGET, VERSION, Action, Team, executable, pull_request

OUTPUTS = {"errors", "exit-code", "findings", "report-file", "sarif-file", "version", "warnings"}

# A value that does harm wherever it is read as code, as a command of the runner, or as a line of an output file.
HOSTILE = (
    "$(touch $SEEN/pwned)`touch $SEEN/pwned`\"; touch $SEEN/pwned; '\n::error::pwned\n  ::add-path::pwned\r"
    "::notice::pwned\n##[add-path]pwned\nupload=true\nexit-code=0\n${{ toJSON(github) }}"
)

NEVER = "fail-on: never\n"


def with_program(scratch: Path, name: str, text: str) -> Team:
    """A team whose action brings another program than tillit."""
    program = scratch / name
    scratch.mkdir(parents=True)
    executable(program, text)
    return Team(scratch, Action(scratch, program))


# --- What a job ends with ---


def case_clean(scratch: Path) -> None:
    """push, nothing found: the job passes, all outputs are there, the summary is the report"""
    team = Team(scratch)
    team.commit({"a.tillit.yaml": GOOD})
    result = team.run()
    assert result.passed, result.log
    assert set(result.outputs) == OUTPUTS
    assert result.outputs["exit-code"] == "0" and result.outputs["errors"] == "0"
    assert result.outputs["version"] == VERSION
    assert result.summary.strip() and result.summary == result.read("report")
    assert json.loads(result.read("sarif"))["version"] == "2.1.0"
    assert "1 manifest" in result.printed
    assert result.read("upload") is None


def case_findings(scratch: Path) -> None:
    """push, errors found: the job fails with annotations, counts and summary"""
    team = Team(scratch)
    team.commit({"a.tillit.yaml": BAD})
    result = team.run()
    assert not result.passed
    assert result.outputs["exit-code"] == "1"
    errors, warnings, findings = (int(result.outputs[name]) for name in ("errors", "warnings", "findings"))
    assert errors > 0 and warnings > 0 and findings >= errors + warnings
    assert f"{errors} errors, {warnings} warnings" in result.printed
    assert any(line.startswith("::error file=a.tillit.yaml") for line in result.said)
    assert result.summary.strip()


def case_fail_on(scratch: Path) -> None:
    """`fail-on: never` passes with findings, `fail-on: note` fails on notes"""
    team = Team(scratch)
    team.commit({"a.tillit.yaml": BAD})
    result = team.run(fail_on="never")
    assert result.passed and int(result.outputs["errors"]) > 0 and result.outputs["exit-code"] == "0"
    team.commit({"a.tillit.yaml": ALSO_GOOD})
    assert team.run().passed
    assert not team.run(fail_on="note").passed


def case_could_not_check(scratch: Path) -> None:
    """nothing to check: the job fails with exit code 2, says so, and has no counts"""
    team = Team(scratch)
    team.commit({"README.md": "nothing here"})
    result = team.run(advanced_security="true")
    assert not result.passed
    assert result.outputs == {**dict.fromkeys(OUTPUTS, ""), "exit-code": "2", "version": VERSION}
    assert any("could not check (exit code 2)" in line for line in result.said)
    assert "no manifest found" in result.printed
    assert result.read("upload") is None


def case_crash(scratch: Path) -> None:
    """a program that dies fails the job, whatever its exit code"""
    team = with_program(scratch, "dies", "#!/bin/bash\nkill -SEGV $$\n")
    team.commit({"a.tillit.yaml": GOOD})
    result = team.run()
    assert not result.passed and result.outputs["exit-code"] == "139"
    assert any("could not check (exit code 139)" in line for line in result.said)


def case_settings(scratch: Path) -> None:
    """`language`, `packs`, `config` and `working-directory` reach the program"""
    team = Team(scratch)
    team.commit({"shop floor/a.tillit.yaml": BAD, "lax settings.yaml": NEVER})
    assert "18 feil" in team.run(language="nb").printed
    assert "Packs: core." in team.run(packs="core").printed
    assert team.run(config="lax settings.yaml").passed
    result = team.run(working_directory="shop floor")
    assert any(line.startswith("::error file=shop floor/a.tillit.yaml") for line in result.said), result.said
    result = team.run(working_directory="no such folder")
    assert not result.passed and "`no such folder`, which is no folder" in result.said[0]


def case_switches(scratch: Path) -> None:
    """a misspelt `true` is refused: it would quietly switch off"""
    team = Team(scratch)
    team.commit({"a.tillit.yaml": GOOD})
    for name in ("changed_only", "advanced_security"):
        result = team.run(**{name: "yes"})
        assert not result.passed
        assert result.said == [f"::error title=tillit::`{name.replace('_', '-')}` is `yes`. Write `true` or `false`."]


def case_paths(scratch: Path) -> None:
    """paths: one a line, with spaces and quotes; what looks like an option is a path; others are not checked"""
    team = Team(scratch)
    names = ["night shift/it's \"new\".tillit.yaml", "$(touch pwned) *.tillit.yaml", "--fail-on=never.tillit.yaml"]
    team.commit({**dict.fromkeys(names, BAD), "elsewhere.tillit.yaml": BAD})
    result = team.run(paths="\n".join(["", *names, ""]))
    assert not result.passed and result.outputs["exit-code"] == "1"
    assert "3 manifests in 3 files" in result.printed and "elsewhere" not in result.printed
    result = team.run(paths="--fail-on=never")
    assert not result.passed and result.outputs["exit-code"] == "2"


# --- Pull requests and what changed ---


def case_pull_request(scratch: Path) -> None:
    """pull request: everything is checked"""
    team = Team(scratch)
    base = team.commit({"old.tillit.yaml": BAD})
    team.commit({"new.tillit.yaml": GOOD})
    result = team.run("pull_request", pull_request(base))
    assert not result.passed and result.outputs["exit-code"] == "1"
    assert "2 manifests in 2 files" in result.printed


def case_policy(scratch: Path) -> None:
    """pull request that makes the check milder: it is found, and the base's policy applies"""
    team = Team(scratch)
    base = team.commit({"a.tillit.yaml": BAD})
    team.commit({"tillit.yaml": NEVER})
    assert team.run().passed, "the milder policy itself must pass, or this shows nothing"
    result = team.run("pull_request", pull_request(base))
    assert not result.passed
    assert "policy-weakened" in result.read("sarif")
    assert result.summary.index("policy-weakened") < result.summary.index("a.tillit.yaml")


def case_base_not_fetched(scratch: Path) -> None:
    """pull request, base not in the checkout: the check goes on, and says what was not compared and how to"""
    team = Team(scratch)
    base = team.commit({"a.tillit.yaml": GOOD})
    team.commit({"b.tillit.yaml": ALSO_GOOD})
    team.forget_history()
    result = team.run("pull_request", pull_request(base), paths="a.tillit.yaml")
    assert result.passed, result.log
    [warning] = [line for line in result.said if line.startswith("::warning title=tillit::")]
    assert base in warning and "`fetch-depth: 0`" in warning
    assert result.summary.startswith("What this pull request changes about systems could not be compared."), result.summary
    assert result.summary.endswith(f"\n{result.read('report')}")


def case_what_changes(scratch: Path) -> None:
    """pull request: what it changes about systems stands in front of the report, and only then"""
    team = Team(scratch)
    planner = ALSO_BAD.read_text()
    base = team.commit({"a.tillit.yaml": planner, "settings.yaml": NEVER})
    team.commit({"a.tillit.yaml": planner.replace("retention: 6 months", "retention: 2 years", 1) + "# words\n"})
    event = pull_request(base)
    result = team.run("pull_request", event)
    assert result.summary.startswith("## tillit: what changes\n"), result.summary
    assert "2 years instead of 6 months" in result.summary and "`a.tillit.yaml:" in result.summary
    assert "must be discussed" in result.summary or "asks that it is discussed" in result.summary
    assert result.summary.endswith(f"\n{result.read('report')}"), "the report follows"
    result = team.run("pull_request", event, language="nb", packs="core", config="settings.yaml", paths="a.tillit.yaml")
    assert result.passed and "2 år i stedet for 6 måneder" in result.summary and "`no`" not in result.summary
    assert team.run().summary.startswith("## tillit: "), "a push is compared with nothing"
    assert "what changes" not in team.run().summary
    base = team.commit({"a.tillit.yaml": planner})
    team.commit({"a.tillit.yaml": planner + "# words\n"})
    result = team.run("pull_request", pull_request(base))
    assert result.summary == result.read("report"), "nothing material has changed"


def case_what_changes_in_part(scratch: Path) -> None:
    """pull request with a manifest that cannot be read: the summary says what was not compared, and the rest is"""
    team = Team(scratch)
    base = team.commit({"a.tillit.yaml": GOOD})
    team.commit({"b.tillit.yaml": ALSO_GOOD, "broken.tillit.yaml": "tillit: 1\nsystem: {"})
    result = team.run("pull_request", pull_request(base))
    assert not result.passed and result.outputs["exit-code"] == "1"
    changes = result.summary[: result.summary.index("## tillit: ", 3)]
    assert "Not compared: `broken.tillit.yaml:" in changes and "**adds**" in changes


def case_changed_only(scratch: Path) -> None:
    """pull request, changed only: an old finding passes, a new one fails"""
    team = Team(scratch)
    base = team.commit({"old.tillit.yaml": BAD})
    team.commit({"new.tillit.yaml": GOOD})
    event = pull_request(base)
    assert not team.run("pull_request", event).passed
    result = team.run("pull_request", event, changed_only="true")
    assert result.passed and result.outputs["errors"] == "0", result.log
    team.commit({"new.tillit.yaml": ALSO_BAD})
    result = team.run("pull_request", event, changed_only="true")
    assert not result.passed and result.outputs["exit-code"] == "1"
    assert "old.tillit.yaml" not in result.printed


def case_changed_only_main_moved_on(scratch: Path) -> None:
    """pull request, changed only, merged by GitHub with a branch that has moved on: what others did there is not its doing"""
    team = Team(scratch)
    base = team.commit({"a.tillit.yaml": GOOD})
    team.git("checkout", "--quiet", "-b", "change")
    team.commit({"b.tillit.yaml": ALSO_GOOD})
    team.git("checkout", "--quiet", "main")
    team.commit({"old.tillit.yaml": BAD})
    team.git("merge", "--quiet", "--no-ff", "--no-edit", "change")
    result = team.run("pull_request", pull_request(base), changed_only="true")
    assert result.passed and "old.tillit.yaml" not in result.printed, result.log


def case_changed_only_base_not_fetched(scratch: Path) -> None:
    """pull request, changed only, base not in the checkout: the job fails with exit code 2 and the remedy"""
    team = Team(scratch)
    base = team.commit({"a.tillit.yaml": GOOD})
    team.commit({"b.tillit.yaml": ALSO_GOOD})
    team.forget_history()
    result = team.run("pull_request", pull_request(base), changed_only="true")
    assert not result.passed and result.outputs["exit-code"] == "2"
    assert "fetch-depth: 0" in result.printed


def case_changed_only_push(scratch: Path) -> None:
    """push, changed only: compared with the commit before it; without one everything is checked, and it says so"""
    team = Team(scratch)
    before = team.commit({"old.tillit.yaml": BAD})
    team.commit({"new.tillit.yaml": GOOD})
    result = team.run(payload={"before": before}, changed_only="true")
    assert result.passed and not any("Everything is checked" in line for line in result.said), result.log
    for payload in ({"before": "0" * 40}, {"before": "1" * 40}, {}):
        result = team.run(payload=payload, changed_only="true")
        assert not result.passed and result.outputs["exit-code"] == "1"
        assert any(line.startswith("::notice title=tillit::Everything is checked") for line in result.said)


# --- Code scanning ---


def case_upload(scratch: Path) -> None:
    """advanced security: the report is uploaded with its category, before the findings fail the job"""
    team = Team(scratch)
    base = team.commit({"a.tillit.yaml": GOOD})
    result = team.run(advanced_security="true")
    assert result.passed and result.read("upload") == f"tillit\n{result.read('sarif')}"
    team.commit({"a.tillit.yaml": BAD})
    result = team.run("pull_request", pull_request(base), advanced_security="true", category="shop floor")
    assert not result.passed and result.outputs["exit-code"] == "1"
    assert result.read("upload") == f"shop floor\n{result.read('sarif')}"


def case_upload_fork(scratch: Path) -> None:
    """pull request from a fork: nothing is uploaded, a notice says why, and the check still counts"""
    team = Team(scratch)
    base = team.commit({"a.tillit.yaml": GOOD})
    team.commit({"a.tillit.yaml": BAD})
    gone = pull_request(base)
    gone["pull_request"]["head"]["repo"] = None
    for event in (pull_request(base, fork=True), gone):
        result = team.run("pull_request", event, advanced_security="true")
        assert not result.passed and result.outputs["exit-code"] == "1"
        assert result.read("upload") is None
        assert any(line.startswith("::notice title=tillit::") and "fork" in line for line in result.said)
    team.commit({"a.tillit.yaml": GOOD})
    assert team.run("pull_request", pull_request(base, fork=True), advanced_security="true").passed


def case_upload_changed_only(scratch: Path) -> None:
    """changed only: nothing is uploaded, since code scanning would take the rest for fixed; a notice says so"""
    team = Team(scratch)
    base = team.commit({"a.tillit.yaml": GOOD})
    team.commit({"b.tillit.yaml": ALSO_GOOD})
    result = team.run("pull_request", pull_request(base), advanced_security="true", changed_only="true")
    assert result.passed and result.read("upload") is None
    assert any(line.startswith("::notice title=tillit::") and "only a part" in line for line in result.said)


# --- Where the program comes from ---


def refused(team: Team, reason: str, **inputs: str) -> None:
    """The job stops with this reason before any program runs."""
    result = team.run(**inputs)
    assert not result.passed
    assert result.parts == (result.stream, b"", b""), "the program ran"
    assert result.outputs["exit-code"] == "2"
    [line] = result.said
    assert line.startswith("::error title=tillit::") and reason in line, line


def case_version(scratch: Path) -> None:
    """a version that the table knows is used; any other stops the job with the remedy"""
    team = Team(scratch)
    team.commit({"a.tillit.yaml": GOOD})
    assert team.run(version=VERSION).outputs["version"] == VERSION
    refused(team, f"Version 9.9.9 for {TARGET} is not in the checksums of this commit", version="9.9.9")
    for version in ("latest", f"v{VERSION}", f"{VERSION}-rc1", f"{VERSION} ", f"../{VERSION}", f"{VERSION}\n{VERSION}"):
        refused(team, "Write a version as `1.2.3`, or `source`, or leave it out.", version=version)


def case_targets(scratch: Path) -> None:
    """each runner gets the archive of its own kind; one that there is none for is told so"""
    team = Team(scratch)
    runners = {
        ("Linux", "X64"): "x86_64-unknown-linux-musl",
        ("Linux", "ARM64"): "aarch64-unknown-linux-musl",
        ("macOS", "X64"): "x86_64-apple-darwin",
        ("macOS", "ARM64"): "aarch64-apple-darwin",
        ("Windows", "X64"): "x86_64-pc-windows-msvc",
    }
    team.action.table = "1.2.3 another-target 0\n"
    for (system, architecture), target in runners.items():
        done = team.run_script(RUNNER_OS=system, RUNNER_ARCH=architecture)
        assert done.returncode == 2 and f"Version 1.2.3 for {target} is not in the checksums" in done.stdout
    done = team.run_script(RUNNER_OS="Windows", RUNNER_ARCH="ARM64")
    assert done.returncode == 2 and "There is no archive for Windows on ARM64." in done.stdout


def case_no_version(scratch: Path) -> None:
    """a table without versions, as before the first release, names `version: source`"""
    team = Team(scratch)
    team.action.table = team.action.empty_table
    team.commit({"a.tillit.yaml": GOOD})
    refused(team, "use `version: source`")


def case_checksum(scratch: Path) -> None:
    """an archive that is not the released one is not unpacked, and nothing of it runs"""
    evil = with_program(scratch / "evil", "evil", "#!/bin/bash\ntouch $SEEN/pwned\n")
    team = Team(scratch / "team")
    team.commit({"a.tillit.yaml": GOOD})
    assert team.run().passed
    team.action.archives = evil.action.archives
    refused(team, "is not the file that was released")
    assert not list(scratch.glob("**/pwned"))


def case_download(scratch: Path) -> None:
    """an archive that cannot be downloaded stops the job and names the address"""
    team = Team(scratch)
    team.commit({"a.tillit.yaml": GOOD})
    address = f"https://github.com/tillit-lint/tillit/releases/download/v0.0.1/tillit-{TARGET}.tar.gz"
    refused(team, f"{address} could not be downloaded", version="0.0.1")


def case_source(scratch: Path) -> None:
    """`version: source` builds the action's own tree, locked, away from the settings that the checkout may hold"""
    team = Team(scratch)
    team.commit({"a.tillit.yaml": GOOD, ".cargo/config.toml": "[build]\nrustc-wrapper = 'evil'\n"})
    result = team.run(version="source")
    assert result.passed and result.outputs["version"] == "source", result.log
    folder, *arguments = result.read("cargo").splitlines()
    assert "/repository" not in folder and "/hostexecutor" not in folder
    tree = arguments[3]
    assert arguments == ["install", "--locked", "--path", tree, "--root", folder]
    assert tree.endswith(f"/tillit-lint-tillit@{PIN}")


# --- Input that means harm ---


def case_hostile_inputs(scratch: Path) -> None:
    """an input with code, runner commands, new lines and expressions does nothing but fail"""
    team = Team(scratch)
    team.commit({"a.tillit.yaml": GOOD})
    names = "paths config packs fail-on language version changed-only advanced-security working-directory category"
    for name in names.split():
        inputs = {"advanced-security": "true", name: "${{ github.event.hostile }}"}
        result = team.run(payload={"hostile": HOSTILE}, **inputs)
        assert not list(scratch.glob("**/pwned")), name
        assert set(result.outputs) == OUTPUTS, (name, result.outputs)
        assert result.said is not None
        if name == "category":
            assert result.passed and result.read("upload").startswith(HOSTILE.replace("\r", "\n"))
        else:
            assert not result.passed and result.outputs["exit-code"] == "2", (name, result.log)
            assert result.read("upload") is None
        if name in ("version", "working-directory"):
            assert "${{ toJSON(github) }}" in result.said[0], "the expression was evaluated"


def case_hostile_manifests(scratch: Path) -> None:
    """runner commands in names, texts and paths of manifests are not obeyed"""
    team = Team(scratch)
    hostile = HOSTILE.replace("/", "").replace("\n", "\\n").replace("\r", "\\r").replace('"', '\\"')
    team.commit(
        {
            "a\n::error::pwned\n.tillit.yaml": BAD,
            "b\r::add-path::pwned\r##[add-path]pwned.tillit.yaml": "::error::pwned",
            "c.tillit.yaml": BAD.read_text().replace("name: ", f'name: "{hostile}" # ', 1),
            "tillit.yaml": f'packs: {{ "{hostile}": true }}\n',
        }
    )
    for config in ("", "/dev/null"):
        result = team.run(config=config)
        assert not result.passed and result.said
        assert not list(scratch.glob("**/pwned"))
        assert set(result.outputs) == OUTPUTS


def case_hostile_repository(scratch: Path) -> None:
    """a folder that poses as a git repository, with a program to run in its settings, has no effect"""
    settings = """[core]
repositoryformatversion = 1
bare = true
[extensions]
partialClone = origin
[remote "origin"]
url = .
promisor = true
uploadpack = touch $SEEN/pwned; false
"""
    team = Team(scratch)
    base = team.commit({"systems/a.tillit.yaml": GOOD})
    team.commit(
        {
            "systems/HEAD": "ref: refs/heads/main\n",
            "systems/config": settings,
            "systems/objects/empty": "",
            "systems/refs/empty": "",
        }
    )
    for changed_only in ("false", "true"):
        result = team.run("pull_request", pull_request(base), working_directory="systems", changed_only=changed_only)
        assert result.outputs["exit-code"], "the script did not come to its end"
        assert not list(scratch.glob("**/pwned")), changed_only


def case_commands_are_stopped(scratch: Path) -> None:
    """whatever the program prints, on both streams and without a last line end, the runner obeys none of it"""
    printed = "::error::pwned\n##[add-path]pwned\n::stop-commands::other\n::other::\n::add-path::pwned"
    team = with_program(
        scratch, "prints", f"#!/bin/bash\nprintf '{printed}\\n'\nprintf '{printed}' >&2\nexit 2\n"
    )
    team.commit({"a.tillit.yaml": GOOD})
    first, second = team.run(), team.run()
    for result in (first, second):
        assert result.printed == f"{printed}\n{printed}\n", result.stream
        assert len(result.said) == 1 and not result.passed
        assert '"command":"add-path"' not in result.log
    assert first.stream != second.stream, "the token must be another one each time"


def case_one_stream(scratch: Path) -> None:
    """all of it is written to standard output: GitHub's runner reads the two streams apart, and act does not"""
    team = with_program(scratch, "prints-error", "#!/bin/bash\necho ::error::pwned >&2\nexit 2\n")
    team.commit({"a.tillit.yaml": GOOD})
    done = team.run_script()
    assert done.returncode == 0 and done.stderr == "" and "\n::error::pwned\n" in done.stdout


def case_unreadable_report(scratch: Path) -> None:
    """a report without counts fails the job instead of counting nothing"""
    team = with_program(
        scratch, "empty", '#!/bin/bash\nfor one; do [[ $one != --report=* ]] || echo "{}" >"${one#--report=*=}"; done\n'
    )
    team.commit({"a.tillit.yaml": GOOD})
    result = team.run()
    assert not result.passed and result.outputs["findings"] == "" and result.outputs["exit-code"] == "2"


# --- The documentation ---


def case_documentation_runs(scratch: Path) -> None:
    """each workflow that docs/ci.md shows runs as it stands, on a push and on a pull request"""
    uploads, comments = set(), set()
    for block in documented(scratch / "blocks"):
        text = block.read_text()
        team = Team(scratch / block.stem)
        base = team.commit({"a.tillit.yaml": GOOD})
        team.commit({"b.tillit.yaml": BAD})
        if "\n  push:" in text:
            result = team.run("push", {"before": base}, text)
            assert not result.passed and "b.tillit.yaml:" in result.log, result.log
        result = team.run("pull_request", pull_request(base), text)
        assert not result.passed and "b.tillit.yaml:" in result.log, result.log
        uploads |= {block} if result.read("upload") else set()
        comments |= {block} if result.read("gh") else set()
        assert (result.read("gh") or "pr comment 7 --body-file").startswith("pr comment 7 --body-file")
        result = team.run("pull_request", pull_request(base, fork=True), text)
        assert not result.passed and result.read("gh") is None and result.read("upload") is None
    assert len(uploads) == len(comments) == 1
